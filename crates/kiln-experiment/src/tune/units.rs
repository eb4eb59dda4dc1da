//! The trials of a search as work that is shared.

use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use kiln_validate::search::{Proposals, Study, Trial};

use super::folder::{Folder, trial_place};
use super::trial::Trials;
use crate::error::{ExperimentError, RunError};
use crate::interrupt::Interrupt;
use crate::observer::{Event, Observer, tell};
use crate::work::Units;

/// The trials of a search as work that is shared. What each of them tries follows from the study alone, so everybody finds the same.
pub(super) struct TrialUnits<'a> {
    pub(super) study: &'a mut Study,
    pub(super) folder: &'a Folder,
    pub(super) trials: Trials<'a>,
    pub(super) proposals: Proposals,
    /// Whether the trials of others are told, too.
    pub(super) tells_all: bool,
    pub(super) observer: &'a dyn Observer,
}

impl TrialUnits<'_> {
    fn tell(&self, trial: &Trial) -> Result<(), ExperimentError> {
        let run = self.folder.run(trial.number);
        let (monitor, trials) = (self.folder.record.monitor.as_str(), self.folder.record.trials);
        tell(self.observer, &Event::Trial { trial, monitor, trials, fold: None, run: Some(&run) })
    }
}

impl Units for TrialUnits<'_> {
    fn open(&self) -> Range<u64> {
        self.study.open_trials(self.folder.record.trials)
    }

    fn done(&self, first: u64) -> Vec<u64> {
        self.study.trials().iter().map(|trial| trial.number).filter(|number| *number >= first).collect()
    }

    fn learn(&mut self, unit: u64, result: &[u8]) -> Result<(), ExperimentError> {
        let trial = parse(&self.folder.path, unit, result)?;
        if self.tells_all {
            self.tell(&trial)?;
        }
        self.study.record(trial)?;
        Ok(())
    }

    fn run(&mut self, unit: u64, interrupt: &Interrupt) -> Result<Option<Vec<u8>>, ExperimentError> {
        let trial = self.proposals.trial(self.study, unit);
        let trial =
            trial.ok_or_else(|| ExperimentError::internal("a trial was begun that does not follow yet"))?;
        let began = Instant::now();
        let ending = self.trials.run(&trial, interrupt)?;
        let Some(ended) = trial.ended(ending, began.elapsed().as_secs_f64()) else { return Ok(None) };
        if !self.tells_all {
            self.tell(&ended)?;
        }
        bytes(&ended).map(Some)
    }
}

/// A trial as its store has it.
pub(super) fn bytes(trial: &Trial) -> Result<Vec<u8>, ExperimentError> {
    serde_json::to_vec(trial).map_err(ExperimentError::internal)
}

fn parse(study: &Path, unit: u64, result: &[u8]) -> Result<Trial, ExperimentError> {
    let trial: Result<Trial, String> = serde_json::from_slice(result).map_err(|error| error.to_string());
    let trial = trial.and_then(|trial| {
        if trial.number == unit { Ok(trial) } else { Err(format!("it is trial {}", trial.number)) }
    });
    trial.map_err(|reason| {
        let path = study.join(trial_place(unit));
        RunError::Record { path, reason: format!("what its worker put down cannot be read: {reason}") }.into()
    })
}
