//! Batches of one item, which batch norm cannot learn from: folds differ in their sizes, and so in their last batches.

use std::collections::BTreeSet;

use kiln_config::Resolved;

use super::folds::Folds;
use crate::error::ExperimentError;
use crate::job::Job;

impl Folds {
    /// Refuses what would stop a later fold at its first step. `first` is the job of the first fold, which is checked.
    ///
    /// # Errors
    /// [`BatchOfOne`](kiln_train::TrainError::BatchOfOne) of the first fold with such a batch.
    pub(super) fn check_batches(&self, resolved: &Resolved, first: &Job<'_>) -> Result<(), ExperimentError> {
        if !first.has_batch_norm()? {
            return Ok(());
        }
        let sizes = |job: &Job<'_>| (job.prepared.split.train.len(), job.prepared.split.validation.len());
        let mut checked = BTreeSet::from([sizes(first)]);
        if first.refits() {
            first.whole(1)?.check_batches()?;
        }
        for fold in 1..self.len() {
            let job = self.job(resolved, &first.device, fold)?;
            if checked.insert(sizes(&job)) {
                job.check_batches()?;
                if job.refits() {
                    job.whole(1)?.check_batches()?;
                }
            }
        }
        Ok(())
    }
}
