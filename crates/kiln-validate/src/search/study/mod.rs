//! A study: its settings, its trials, and the workers that run them.

mod config;
mod journal;
mod plan;
mod progress;
mod propose;
mod run;

use std::ops::Range;
use std::path::Path;

pub use config::StudyConfig;
pub use plan::{Ending, StudyError, StudyPlan};
pub use progress::TrialRun;
pub use propose::Proposals;

use super::error::SearchError;
use super::trial::{State, Trial};
use journal::Journal;

/// A study: its settings, and the trials that have ended.
#[derive(Debug)]
pub struct Study {
    config: StudyConfig,
    /// By number; there are gaps where trials were running when the study was killed.
    trials: Vec<Trial>,
    journal: Option<Journal>,
}

impl Study {
    /// A study that is kept nowhere.
    ///
    /// # Errors
    /// Settings that are out of their range or do not fit the space.
    pub fn in_memory(config: StudyConfig) -> Result<Self, SearchError> {
        config.check()?;
        Ok(Self { config, trials: Vec::new(), journal: None })
    }

    /// The first line of the journal of a new study. A file that begins with it can be opened.
    ///
    /// # Errors
    /// As [`Study::in_memory`].
    pub fn header(config: &StudyConfig) -> Result<Vec<u8>, SearchError> {
        config.check()?;
        Ok(journal::header(config))
    }

    /// Takes hold of the study whose journal is `path`. A last line without its end, which a killed process left, is
    /// cut off.
    ///
    /// # Errors
    /// [`SearchError::Busy`] when another process has it, [`SearchError::Damaged`], [`SearchError::Io`].
    pub fn open(path: &Path) -> Result<Self, SearchError> {
        let (journal, config, trials) = Journal::open(path)?;
        config.check()?;
        Ok(Self { config, trials, journal: Some(journal) })
    }

    /// Reads a study without taking hold of it: another process may be at work on it.
    ///
    /// # Errors
    /// [`SearchError::Damaged`], [`SearchError::Io`].
    pub fn read(path: &Path) -> Result<Self, SearchError> {
        let (config, trials) = journal::read(path)?;
        Ok(Self { config, trials, journal: None })
    }

    /// Takes a trial that has ended, here or elsewhere, unless it is there already; a study that was opened with its journal writes it
    /// down. Gives whether it is new.
    ///
    /// # Errors
    /// [`SearchError::Io`].
    pub fn record(&mut self, trial: Trial) -> Result<bool, SearchError> {
        let Err(place) = self.trials.binary_search_by_key(&trial.number, |known| known.number) else {
            return Ok(false);
        };
        if let Some(journal) = &mut self.journal {
            journal.append(&trial)?;
        }
        self.trials.insert(place, trial);
        Ok(true)
    }

    /// The settings.
    pub fn config(&self) -> &StudyConfig {
        &self.config
    }

    /// The trials that have ended, by number.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The trial of a number, if it has ended.
    pub fn trial(&self, number: u64) -> Option<&Trial> {
        let place = self.trials.binary_search_by_key(&number, |trial| trial.number).ok()?;
        self.trials.get(place)
    }

    /// The trials that may run now, of `trials` that are wanted in all: from the first that has not ended, as many as the lag
    /// allows. Some of them may have ended. Empty when nothing is left.
    pub fn open_trials(&self, trials: u64) -> Range<u64> {
        let gap = self.trials.iter().zip(0..).position(|(trial, number)| trial.number != number);
        let first = gap.unwrap_or(self.trials.len()) as u64;
        let end = self.trials_of(trials);
        first.min(end)..first.saturating_add(self.config.lag as u64).min(end)
    }

    /// How many trials there are in all where so many are wanted: a grid has an end of its own.
    pub fn trials_of(&self, wanted: u64) -> u64 {
        self.config.sampler.trials(&self.config.space).map_or(wanted, |most| wanted.min(most))
    }

    /// The trials that the trial of a number sees, or none while one of them has not ended.
    fn seen(&self, number: u64) -> Option<&[Trial]> {
        let visible = self.config.visible(number);
        let ended = self.trials.partition_point(|trial| trial.number < visible);
        (ended as u64 == visible).then(|| &self.trials[..ended])
    }

    /// The best trial of those that ran to their end; of equal ones the first.
    pub fn best(&self) -> Option<&Trial> {
        self.ranking().into_iter().find(|trial| trial.state == State::Done)
    }

    /// The trials, the best first: those that ran to their end, then those that were given up, then those that
    /// failed.
    pub fn ranking(&self) -> Vec<&Trial> {
        let mut trials: Vec<&Trial> = self.trials.iter().collect();
        let rank = |trial: &Trial| match trial.state {
            State::Done => 0,
            State::Pruned => 1,
            State::Failed => 2,
        };
        let loss = |trial: &Trial| trial.value.map_or(f64::INFINITY, |v| self.config.direction.loss(v));
        trials.sort_by(|a, b| rank(a).cmp(&rank(b)).then(loss(a).total_cmp(&loss(b))));
        trials
    }
}

#[cfg(test)]
mod tests;
