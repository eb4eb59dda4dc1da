//! The training losses of an epoch, read from the device now and then instead of at every step.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::TrainError;

/// How many losses wait on the device before they are read together.
const WINDOW: usize = 32;

/// Sum of the losses of an epoch so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LossSum {
    /// Sum over the items.
    pub(crate) sum: f64,
    /// Items.
    pub(crate) items: u64,
}

impl LossSum {
    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.items as f64
    }
}

/// Losses that are still on the device, and the sum of those that were read.
///
/// Losses are added one by one in f64, so the sum does not depend on when they were read.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    pub(crate) total: LossSum,
    pub(crate) newest: Option<f64>,
    waiting: Vec<(Tensor<1>, usize, u64)>,
}

impl Losses {
    pub(crate) fn resumed(total: LossSum) -> Self {
        Self { total, ..Self::default() }
    }

    /// An empty sum that still knows the newest loss, for display.
    pub(crate) fn next_epoch(&self) -> Self {
        Self { newest: self.newest, ..Self::default() }
    }

    /// Adds the mean loss of a batch with `items` items that belongs to the update number `step`.
    pub(crate) fn push(
        &mut self,
        loss: Tensor<1>,
        items: usize,
        step: u64,
        epoch: u64,
    ) -> Result<(), TrainError> {
        self.waiting.push((loss, items, step));
        if self.waiting.len() >= WINDOW { self.read(epoch) } else { Ok(()) }
    }

    /// Reads everything that waits.
    pub(crate) fn read(&mut self, epoch: u64) -> Result<(), TrainError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let tensors = waiting.iter().map(|(loss, ..)| loss.clone()).collect();
        let values = Tensor::cat(tensors, 0)
            .try_into_data()
            .map_err(|e| TrainError::Device { reason: format!("{e:?}") })?;
        for (value, (_, items, step)) in values.iter::<f64>().zip(waiting) {
            if !value.is_finite() {
                return Err(TrainError::Diverged { what: "training loss", value, epoch: epoch + 1, step });
            }
            self.total.sum += value * items as f64;
            self.total.items += items as u64;
            self.newest = Some(value);
        }
        Ok(())
    }
}
