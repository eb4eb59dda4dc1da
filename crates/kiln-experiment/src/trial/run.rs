//! A trial to train.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use kiln_core::{ErrorKind, Explain};
use kiln_train::{CheckpointConfig, Data, Outcome, Stop, Task, TrainError, Trainer};
use kiln_validate::search::{Assignment, Ending, TrialRun};

use super::judge::Judge;
use crate::error::ExperimentError;
use crate::interrupt::Interrupt;

/// A trial to train: its values, its folder, and the metric that judges it.
#[derive(Debug, Clone, Copy)]
pub struct TrialTraining<'a> {
    pub(crate) trial: &'a TrialRun,
    pub(crate) monitor: &'a str,
    pub(crate) folder: Option<&'a Path>,
    pub(crate) checkpoint: &'a CheckpointConfig,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) deadline: Option<Instant>,
    /// Whether trials of a model that may draw from Burn's generator run at once.
    pub(crate) side_by_side: bool,
}

impl TrialTraining<'_> {
    /// The number of the trial, from 0.
    pub fn number(&self) -> u64 {
        self.trial.number()
    }

    /// The values to try.
    pub fn params(&self) -> &Assignment {
        self.trial.params()
    }

    /// The trial itself, for an objective that is no training: it takes reports.
    pub fn trial(&self) -> &TrialRun {
        self.trial
    }

    /// The trainer with the folder and the interrupt of the trial, and a callback that reports its validation metric
    /// after every epoch.
    pub fn prepare<T: Task>(&self, trainer: Trainer<T>) -> Trainer<T> {
        let judge =
            Judge { trial: self.trial.clone(), monitor: self.monitor.to_owned(), deadline: self.deadline };
        let trainer = trainer.stop_flag(Arc::clone(&self.interrupt.flag)).callback(judge);
        let trainer = if self.side_by_side { trainer.side_by_side() } else { trainer };
        match self.folder {
            Some(folder) => trainer.run_dir(folder, self.checkpoint.clone()),
            None => trainer,
        }
    }

    /// What a training that has ended says: the best validation metric, unless the trial was given up or stopped.
    pub fn ending<M>(&self, outcome: &Outcome<M>) -> Ending {
        match &outcome.stop {
            Stop::Interrupted => Ending::Interrupted,
            Stop::Callback { .. } => Ending::Pruned,
            _ => {
                let best = outcome.history.best().and_then(|epoch| epoch.validation.as_ref());
                Ending::Done(best.and_then(|best| best.get(self.monitor)).unwrap_or(f64::NAN))
            }
        }
    }

    /// Trains from nothing, or goes on from the newest checkpoint. A training that diverges, or whose settings do not
    /// fit together, is a trial that failed.
    ///
    /// # Errors
    /// What is not the trial's own fault: the disk, the data, damaged checkpoints, a metric that the task does not score
    /// ([`TrainError::Monitor`]), and a model that draws from Burn's generator while other trials train
    /// ([`TrainError::SharedGenerator`]).
    pub fn train<T: Task>(
        &self,
        trainer: Trainer<T>,
        model: T::Model,
        data: &Data<T::Batch>,
    ) -> Result<Ending, ExperimentError> {
        let outcome = self.prepare(trainer).resume(model, data);
        settle(outcome.map(|outcome| self.ending(&outcome)).map_err(ExperimentError::from))
    }
}

/// A trial that diverges, or whose settings do not fit together, has failed. Any other error ends the search: that of a
/// model which cannot be trained beside others, and of a metric that the task does not score, too, because they are no
/// fault of the settings.
pub(crate) fn settle(ending: Result<Ending, ExperimentError>) -> Result<Ending, ExperimentError> {
    match ending {
        Err(
            error @ ExperimentError::Train(TrainError::SharedGenerator { .. } | TrainError::Monitor { .. }),
        ) => Err(error),
        Err(error) if matches!(error.kind(), ErrorKind::Diverged | ErrorKind::Usage) => {
            Ok(Ending::Failed(error.to_string()))
        }
        ending => ending,
    }
}
