//! A part of the items of a source.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;
use kiln_data::{DataError, Source};

/// Items in a row. They are the same as in the whole, augmented ones too, and have other numbers.
pub(crate) struct Part<B> {
    source: Arc<dyn Source<B>>,
    items: Range<usize>,
}

impl<B> Part<B> {
    /// Those of `items` that are there.
    pub(crate) fn new(source: Arc<dyn Source<B>>, items: Range<usize>) -> Self {
        let end = items.end.min(source.len());
        Self { source, items: items.start.min(end)..end }
    }

    fn of_whole(&self, items: &[usize]) -> Vec<usize> {
        items.iter().map(|item| self.items.start + item).collect()
    }
}

// By hand, because a derive would ask for `B: Debug`.
impl<B> fmt::Debug for Part<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("source", &self.source).field("items", &self.items).finish()
    }
}

impl<B> Source<B> for Part<B> {
    fn len(&self) -> usize {
        self.items.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<B, DataError> {
        self.source.batch(&self.of_whole(items), device)
    }

    fn at_once(&self) -> usize {
        self.source.at_once()
    }

    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<B, DataError> {
        self.source.training_batch(&self.of_whole(items), epoch, device)
    }
}
