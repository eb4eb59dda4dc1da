//! What the batches of an epoch are, whoever makes them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;

use super::shards::{Piece, Shards};
use super::source::Source;
use crate::DataError;

/// Everything that decides what the batches of an epoch are.
pub(super) struct EpochPlan<B> {
    pub(super) source: Arc<dyn Source<B>>,
    pub(super) order: Vec<usize>,
    pub(super) batch_size: usize,
    pub(super) batches: usize,
    /// Those that are made, of batches that are cut.
    pub(super) shards: Option<Shards>,
    /// The seed of the epoch, where the source may augment.
    pub(super) augment: Option<Seed>,
    pub(super) device: Device,
}

impl<B> EpochPlan<B> {
    /// How many pieces there are to make: batches, or shards of batches.
    pub(super) fn pieces(&self) -> usize {
        let Some(shards) = &self.shards else { return self.batches };
        let last = self.batches - 1;
        last * shards.of(self.batch_size) + shards.of(self.batch(last).len())
    }

    /// The number of the first piece of a batch, or of one that would follow.
    pub(super) fn first_of(&self, batch: usize) -> usize {
        match &self.shards {
            None => batch,
            Some(_) if batch >= self.batches => self.pieces(),
            Some(shards) => batch * shards.of(self.batch_size),
        }
    }

    /// What piece number `index` is a part of. `index` is below `pieces`.
    pub(super) fn piece(&self, index: usize) -> Piece {
        match &self.shards {
            None => Piece { batch: index, shard: 0 },
            Some(shards) => shards.piece(index, self.batch_size, self.batches),
        }
    }

    /// The items of a batch. `index` is below `batches`.
    fn batch(&self, index: usize) -> &[usize] {
        let start = index * self.batch_size;
        &self.order[start..self.order.len().min(start + self.batch_size)]
    }

    /// The items of a piece. `index` is below `pieces`.
    pub(super) fn items(&self, index: usize) -> &[usize] {
        let Piece { batch, shard } = self.piece(index);
        let batch = self.batch(batch);
        match &self.shards {
            None => batch,
            Some(shards) => &batch[shards.cut(shard, batch.len())],
        }
    }

    /// Makes a piece; a panic in the source becomes an error. `index` is below `pieces`.
    pub(super) fn make(&self, index: usize) -> Result<B, DataError> {
        // After a panic the epoch ends, so a source that it left in disorder is not asked again here.
        let made = catch_unwind(AssertUnwindSafe(|| match self.augment {
            Some(epoch) => self.source.training_batch(self.items(index), epoch, &self.device),
            None => self.source.batch(self.items(index), &self.device),
        }));
        made.unwrap_or_else(|panic| {
            Err(DataError::Panicked { batch: self.piece(index).batch, message: message(&*panic) })
        })
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}
