//! A fold to train.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use burn::module::Module;
use kiln_train::{CheckpointConfig, Data, Outcome, Scores, Stop, Task, Trainer};
use kiln_validate::split::Fold;

use super::record::FoldRecord;
use super::result::FoldResult;
use crate::error::ExperimentError;
use crate::interrupt::Interrupt;

/// A fold to train: its items, its seed, and its folder.
#[derive(Debug, Clone, Copy)]
pub struct FoldRun<'a> {
    pub(crate) number: usize,
    pub(crate) fold: &'a Fold,
    pub(crate) seed: u64,
    pub(crate) folder: Option<&'a Path>,
    pub(crate) checkpoint: &'a CheckpointConfig,
    pub(crate) keep_models: bool,
    pub(crate) interrupt: &'a Interrupt,
    /// Whether folds of a model that may draw from Burn's generator run at once.
    pub(crate) side_by_side: bool,
}

impl FoldRun<'_> {
    /// The number of the fold, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Its items.
    pub fn fold(&self) -> &Fold {
        self.fold
    }

    /// The seed of the fold: its first weights and the order of its items are not those of the others.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The trainer with the seed, the folder and the interrupt of the fold; where folds run at once it is
    /// [told so](Trainer::side_by_side).
    pub fn prepare<T: Task>(&self, trainer: Trainer<T>) -> Trainer<T> {
        let trainer = trainer.seed(self.seed).stop_flag(Arc::clone(&self.interrupt.flag));
        let trainer = if self.side_by_side { trainer.side_by_side() } else { trainer };
        match self.folder {
            Some(folder) => {
                let trainer =
                    trainer.run_dir(folder, self.checkpoint.clone()).checkpoints_after(self.quiet());
                // What is kept is written when the training ends.
                if self.keep_models { trainer.write_end() } else { trainer }
            }
            None => trainer,
        }
    }

    /// How long a fold writes no checkpoint. Most folds are over by then, and writing them down would take longer than
    /// training them. A longer fold loses that much at most. Not where checkpoints are wanted.
    fn quiet(&self) -> Duration {
        if self.checkpoint.every_steps.is_some() { Duration::ZERO } else { Duration::from_secs(10) }
    }

    /// Trains from nothing, or goes on from the newest checkpoint. `None` when it was asked to stop.
    ///
    /// # Errors
    /// As [`Trainer::fit`]; [`TrainError::SharedGenerator`](kiln_train::TrainError::SharedGenerator) for a model that draws
    /// from Burn's generator while other folds train.
    pub fn train<T: Task>(
        &self,
        trainer: Trainer<T>,
        model: T::Model,
        data: &Data<T::Batch>,
    ) -> Result<Option<Outcome<T::Model>>, ExperimentError> {
        let outcome = self.prepare(trainer).resume(model, data)?;
        Ok((outcome.stop != Stop::Interrupted).then_some(outcome))
    }

    /// The result of a training that has ended, with the scores of the training and of the test items.
    pub fn result<M: Module>(&self, outcome: &Outcome<M>, train: &Scores, test: &Scores) -> FoldResult {
        let items = [self.fold.train().len(), 0, self.fold.test().len()];
        let record = FoldRecord { seed: self.seed, items, ..FoldRecord::of(self.number, outcome) };
        FoldResult { record: record.scored(train, test), predictions: None }
    }
}
