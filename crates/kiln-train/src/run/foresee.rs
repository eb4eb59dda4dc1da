//! Foresee: whether the monitored metric is there and has a direction, and whether batch norm has something to go by, before
//! the first step instead of after an epoch.

use std::sync::atomic::Ordering;

use burn::module::Module;

use super::Run;
use crate::batch_norm;
use crate::monitor::Monitor;
use crate::statistics::Pass;
use crate::{Data, Scores, Task, TrainError};

/// Items that are scored first: any batch shows the metrics of almost every task.
const FEW: usize = 8;

impl<T: Task> Run<'_, T> {
    /// Scores a few validation items with the first weights, and more only where these do not show the metric. Draws
    /// nothing that a step draws.
    pub(super) fn foresee(&self, data: &Data<T::Batch>, monitor: &mut Monitor) -> Result<(), TrainError> {
        let (Some(source), Some(loader)) = (&data.validation, &self.validation) else { return Ok(()) };
        let (task, device) = (&self.trainer.task, self.device.clone().inner());
        let model = self.model().valid();
        let mut scores = Scores::new();
        let few: Vec<usize> = (0..source.len().min(FEW)).collect();
        task.score(&model, source.batch(&few, &device)?, &mut scores);
        let mut found = monitor.read(&scores.outline());
        if matches!(found, Err(TrainError::Monitor { .. })) {
            // A metric may wait for an item of a rare class.
            for batch in loader.pass(&device) {
                if self.trainer.stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                task.score(&model, batch?.data, &mut scores);
                found = monitor.read(&scores.outline());
                if !matches!(found, Err(TrainError::Monitor { .. })) {
                    break;
                }
            }
        }
        found.map(|_| ())
    }

    /// Refuses batches of one item that batch norm cannot learn from. Draws nothing that a step draws.
    pub(super) fn check_batch_norm(&self, data: &Data<T::Batch>) -> Result<(), TrainError> {
        let (train, device, run) = (&self.train, &self.device, self.trainer.seed);
        let pass = Pass { train, device, generator: self.generator(), run };
        let of = (&data.train, self.trainer.config.normalised_shards());
        batch_norm::check(&self.trainer.task, self.model(), &self.losses(), &pass, of)
    }
}
