//! What the batches of an epoch are, whoever makes them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;

use super::source::Source;
use crate::DataError;

/// Everything that decides what the batches of an epoch are.
pub(super) struct EpochPlan<B> {
    pub(super) source: Arc<dyn Source<B>>,
    pub(super) order: Vec<usize>,
    pub(super) batch_size: usize,
    pub(super) batches: usize,
    /// The seed of the epoch, where the source may augment.
    pub(super) augment: Option<Seed>,
    pub(super) device: Device,
}

impl<B> EpochPlan<B> {
    /// The items of a batch. `index` is below `batches`.
    pub(super) fn items(&self, index: usize) -> &[usize] {
        let start = index * self.batch_size;
        &self.order[start..self.order.len().min(start + self.batch_size)]
    }

    /// Makes a batch; a panic in the source becomes an error. `index` is below `batches`.
    pub(super) fn make(&self, index: usize) -> Result<B, DataError> {
        // After a panic the epoch ends, so a source that it left in disorder is not asked again here.
        let made = catch_unwind(AssertUnwindSafe(|| match self.augment {
            Some(epoch) => self.source.training_batch(self.items(index), epoch, &self.device),
            None => self.source.batch(self.items(index), &self.device),
        }));
        made.unwrap_or_else(|panic| Err(DataError::Panicked { batch: index, message: message(&*panic) }))
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}
