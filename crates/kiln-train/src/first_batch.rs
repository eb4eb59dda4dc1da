//! The first batch of the training items, for the test whether a model can learn at all.

use std::fmt;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;
use kiln_data::{DataError, Fingerprint, Source};

/// A source that ends after the first batch.
pub(crate) struct FirstBatch<B> {
    source: Arc<dyn Source<B>>,
    items: usize,
}

impl<B> FirstBatch<B> {
    pub(crate) fn new(source: Arc<dyn Source<B>>, batch_size: usize) -> Self {
        let all = source.len();
        Self { items: if batch_size == 0 { all } else { batch_size.min(all) }, source }
    }
}

// By hand, because a derive would ask for `B: Debug`.
impl<B> fmt::Debug for FirstBatch<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstBatch").field("source", &self.source).field("items", &self.items).finish()
    }
}

impl<B> Source<B> for FirstBatch<B> {
    fn len(&self) -> usize {
        self.items
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<B, DataError> {
        self.source.batch(items, device)
    }

    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<B, DataError> {
        self.source.training_batch(items, epoch, device)
    }

    fn at_once(&self) -> usize {
        self.source.at_once()
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.source.fingerprint()
    }
}
