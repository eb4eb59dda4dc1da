//! The way in: a run from its first step, or from its newest checkpoint.

use crate::checkpoint::Checkpoint;
use crate::run::Run;
use crate::{Data, Outcome, Task, TrainError, Trainer};

impl<T: Task> Trainer<T> {
    /// Trains `model` and gives it back with the best weights.
    ///
    /// The model may be on a plain or an autodiff device. The loop is deterministic: equal seeds, data and settings
    /// give equal bits on flex and ndarray, whatever the number of threads.
    ///
    /// Its first weights: kiln's models draw them from the seed that they are made with. A layer of Burn's draws them when they are
    /// first read. Weights that were not read before are drawn here, from the seed of this trainer, so that `device.seed(…)` before has no
    /// effect on them. Weights that were read before (printed, hashed, saved, loaded) are there already, from wherever they came,
    /// and stay as they are. [`Trainer::fit_with`] makes all of them a function of the seed.
    ///
    /// # Errors
    /// [`TrainError`]: a setting out of its range, data that cannot be read, a loss that is not finite, a disk that
    /// is full. Stopping early, by time, or by request is not an error: see [`Outcome::stop`].
    pub fn fit(&mut self, model: T::Model, data: &Data<T::Batch>) -> Result<Outcome<T::Model>, TrainError> {
        self.keep_to_head();
        if let Some(store) = &self.store {
            store.must_be_empty()?;
        }
        self.run_from(model, data, (None, Vec::new()))
    }

    /// Goes on from the newest whole checkpoint of the run directory. Without a checkpoint it starts over.
    ///
    /// `model`, data and settings must be those of the run. The end is the same, bit for bit, as if the run had
    /// never been interrupted. A run that has ended gives its outcome back at once.
    ///
    /// With more epochs or steps, or with more patience, a run that has ended goes on, to the bits of one that had them from
    /// the beginning. What else changes must be named: [`Trainer::allow_changes`].
    ///
    /// Damaged checkpoints are passed over, and the steps behind the one that is left are made again: look at
    /// [`Outcome::passed_over`], or hear of them before the first step by [`Callback::on_passed_over`](crate::Callback::on_passed_over).
    ///
    /// # Errors
    /// As [`Trainer::fit`]; [`TrainError::Damaged`] when no checkpoint is whole, and [`ResumeError::Changed`](crate::ResumeError::Changed) when data or
    /// settings are not those of the run, or a schedule would have come another way with the new length.
    pub fn resume(
        &mut self,
        model: T::Model,
        data: &Data<T::Batch>,
    ) -> Result<Outcome<T::Model>, TrainError> {
        self.keep_to_head();
        let found = match &self.store {
            Some(store) => store.newest()?,
            None => (None, Vec::new()),
        };
        self.run_from(model, data, found)
    }

    /// Runs to the end, and tells other ranks where there was a failure here.
    fn run_from(
        &mut self,
        model: T::Model,
        data: &Data<T::Batch>,
        found: (Option<Checkpoint>, Vec<TrainError>),
    ) -> Result<Outcome<T::Model>, TrainError> {
        let ranks = self.ranks.clone();
        let result = Run::start(self, model, data, found).and_then(Run::finish);
        if let Some(ranks) = ranks {
            match &result {
                Err(error) => ranks.end(&error.to_string()),
                Ok(Outcome { lost: Some(error), .. }) => ranks.end(&error.to_string()),
                Ok(_) => {}
            }
        }
        result
    }
}
