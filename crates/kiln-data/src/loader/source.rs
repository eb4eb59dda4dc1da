//! Where batches come from.

use std::fmt;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;

use crate::form::AT_ONCE;
use crate::{DataError, Fingerprint};

/// Items that can be made into batches of type `B`, from several threads at once.
///
/// A batch must depend on nothing but the items asked for, and the seed in training: then it is the same whichever
/// thread makes it.
pub trait Source<B>: fmt::Debug + Send + Sync {
    /// Number of items; it never changes.
    fn len(&self) -> usize;

    /// Whether there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batch of these items, in this order. `items` are positions, each below [`Source::len`].
    ///
    /// # Errors
    /// Any error of the data; [`DataError::Item`] wraps errors of your own.
    fn batch(&self, items: &[usize], device: &Device) -> Result<B, DataError>;

    /// The batch of these items in an epoch of training, for a source that augments. Item `i` draws from
    /// `epoch.at(i)`, and what the items of the batch share from below the first of them, so that nothing depends on
    /// the thread or the place in the batch. Default: [`Source::batch`], the items as they are.
    ///
    /// `epoch` is the seed of the run for [`Purpose::Augment`](kiln_core::Purpose::Augment) and of the epoch. Only a
    /// loader that was told [`Loader::augmented`](super::Loader::augmented) asks for this; validation and test items come as they are.
    ///
    /// # Errors
    /// As [`Source::batch`].
    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<B, DataError> {
        let _ = epoch;
        self.batch(items, device)
    }

    /// The most items of a batch that is to be judged, so that it fits in memory beside others. Default 500.
    fn at_once(&self) -> usize {
        AT_ONCE
    }

    /// A number for each item that says how much room it takes in a batch, such as its tokens: a loader that shuffles then puts
    /// items of like numbers into one batch, so that little of it is padding. It never changes. Default: none, all items are alike.
    fn lengths(&self) -> Option<Vec<usize>> {
        None
    }

    /// What tells these items from others of the same number. A checkpoint keeps it, and a run goes on only with
    /// the items it began with. Must be the same in every process, and cheap beside an epoch: see
    /// [`Fingerprint::of_parts`]. Default: unknown, so that only the number of items is compared.
    fn fingerprint(&self) -> Option<Fingerprint> {
        None
    }
}

// So that loaders with different settings can share a source.
impl<B, S: Source<B> + ?Sized> Source<B> for Arc<S> {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<B, DataError> {
        (**self).batch(items, device)
    }

    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<B, DataError> {
        (**self).training_batch(items, epoch, device)
    }

    fn at_once(&self) -> usize {
        (**self).at_once()
    }

    fn lengths(&self) -> Option<Vec<usize>> {
        (**self).lengths()
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        (**self).fingerprint()
    }
}
