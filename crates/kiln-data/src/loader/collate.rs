//! Items of your own, made into batches of your own.

use std::fmt;

use burn::tensor::Device;

use super::source::Source;
use crate::DataError;

type GetItem<I> = dyn Fn(usize) -> Result<I, DataError> + Send + Sync;
type MakeBatch<I, B> = dyn Fn(Vec<I>, &Device) -> Result<B, DataError> + Send + Sync;

/// A source from two functions: one gives an item, the other makes a batch of items.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_data::{Collate, Loader};
///
/// # fn main() -> Result<(), kiln_data::DataError> {
/// let squares = Collate::new(
///     100,
///     |i| Ok((i * i) as f32),
///     |items: Vec<f32>, device: &Device| Ok(Tensor::<1>::from_floats(items.as_slice(), device)),
/// );
/// let loader = Loader::new(squares, 32)?.prefetch(2);
/// assert_eq!((loader.items(), loader.batches()), (100, 4));
/// # Ok(())
/// # }
/// ```
pub struct Collate<I, B> {
    len: usize,
    item: Box<GetItem<I>>,
    collate: Box<MakeBatch<I, B>>,
}

impl<I, B> Collate<I, B> {
    /// Item `i`, below `len`, is `item(i)`; `collate` makes a batch of items. Both must be pure functions of their
    /// arguments, because threads call them in any order.
    pub fn new(
        len: usize,
        item: impl Fn(usize) -> Result<I, DataError> + Send + Sync + 'static,
        collate: impl Fn(Vec<I>, &Device) -> Result<B, DataError> + Send + Sync + 'static,
    ) -> Self {
        Self { len, item: Box::new(item), collate: Box::new(collate) }
    }

    /// The items of a data set of Burn; `collate` makes a batch of them.
    #[cfg(feature = "burn-dataset")]
    pub fn from_burn<D, E>(
        dataset: D,
        collate: impl Fn(Vec<I>, &Device) -> Result<B, DataError> + Send + Sync + 'static,
    ) -> Self
    where
        D: burn_dataset::Dataset<I, E> + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        let len = dataset.len();
        let item = move |index: usize| {
            dataset.get(index).map_err(|error| DataError::Item { index, source: Box::new(error) })
        };
        Self::new(len, item, collate)
    }
}

impl<I, B> Source<B> for Collate<I, B> {
    fn len(&self) -> usize {
        self.len
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<B, DataError> {
        let items = items.iter().map(|&item| (self.item)(item)).collect::<Result<Vec<_>, _>>()?;
        (self.collate)(items, device)
    }
}

impl<I, B> fmt::Debug for Collate<I, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collate").field("len", &self.len).finish_non_exhaustive()
    }
}
