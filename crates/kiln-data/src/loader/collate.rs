//! Items of your own, made into batches of your own.

use std::fmt;

use burn::tensor::Device;
use kiln_core::Seed;

use super::source::Source;
use crate::{DataError, Fingerprint};

type GetItem<I> = dyn Fn(usize, Option<Seed>) -> Result<I, DataError> + Send + Sync;
type MakeBatch<I, B> = dyn Fn(Vec<I>, Option<Seed>, &Device) -> Result<B, DataError> + Send + Sync;

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
///
/// What is random in training, such as crops, noise or masks, comes from a seed: see [`Collate::random_items`] and
/// [`Collate::random_batches`].
pub struct Collate<I, B> {
    len: usize,
    item: Box<GetItem<I>>,
    collate: Box<MakeBatch<I, B>>,
    fingerprint: Option<Fingerprint>,
}

/// The part of the seed of an item that the batch it begins draws from; items use small numbers.
const SHARED: u64 = u64::MAX / 2;

impl<I, B> Collate<I, B> {
    /// Item `i`, below `len`, is `item(i)`; `collate` makes a batch of items. Both must be pure functions of their
    /// arguments, because threads call them in any order.
    pub fn new(
        len: usize,
        item: impl Fn(usize) -> Result<I, DataError> + Send + Sync + 'static,
        collate: impl Fn(Vec<I>, &Device) -> Result<B, DataError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            len,
            item: Box::new(move |index, _| item(index)),
            collate: Box::new(move |items, _, device| collate(items, device)),
            fingerprint: None,
        }
    }

    /// What tells these items from others of the same number: see [`Source::fingerprint`]. Default: unknown.
    #[must_use]
    pub fn fingerprinted(self, fingerprint: Fingerprint) -> Self {
        Self { fingerprint: Some(fingerprint), ..self }
    }

    /// Makes the items of training batches by `item` instead, which gets a seed. It is a function of the run's seed, the
    /// epoch and the item, so that a resumed run draws what an uninterrupted one draws, whatever thread makes the batch.
    /// Items to be judged come as they were.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use kiln_core::{Purpose, Seed};
    /// use kiln_data::{Collate, Loader};
    ///
    /// # fn main() -> Result<(), kiln_data::DataError> {
    /// let tensor = |items: Vec<f32>, device: &Device| Ok(Tensor::<1>::from_floats(items.as_slice(), device));
    /// let noisy = Collate::new(8, |i| Ok(i as f32), tensor)
    ///     .random_items(|i, seed| Ok(i as f32 + 0.1 * seed.normal(0) as f32));
    /// // A trainer makes a loader like this one.
    /// let loader = Loader::new(noisy, 8)?.augmented(Seed::new(7).purpose(Purpose::Augment));
    /// let numbers = |epoch| -> Result<Vec<f32>, kiln_data::DataError> {
    ///     let batch = loader.epoch(epoch, &Device::default()).next().expect("there is one batch")?;
    ///     Ok(batch.data.into_data().iter().collect())
    /// };
    /// assert_eq!(numbers(3)?, numbers(3)?);
    /// assert_ne!(numbers(3)?, numbers(4)?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn random_items(
        self,
        item: impl Fn(usize, Seed) -> Result<I, DataError> + Send + Sync + 'static,
    ) -> Self
    where
        I: 'static,
    {
        let plain = self.item;
        let item = move |index, seed: Option<Seed>| match seed {
            Some(seed) => item(index, seed),
            None => plain(index, None),
        };
        Self { item: Box::new(item), ..self }
    }

    /// Makes training batches by `collate` instead, which gets a seed: for what the items of a batch share, or do to each
    /// other, such as the length they are cut to, or mixing. It is a function of the run's seed, the epoch and the first
    /// item of the batch. Batches to be judged come as they were.
    #[must_use]
    pub fn random_batches(
        self,
        collate: impl Fn(Vec<I>, Seed, &Device) -> Result<B, DataError> + Send + Sync + 'static,
    ) -> Self
    where
        I: 'static,
        B: 'static,
    {
        let plain = self.collate;
        let collate = move |items, seed: Option<Seed>, device: &Device| match seed {
            Some(seed) => collate(items, seed, device),
            None => plain(items, None, device),
        };
        Self { collate: Box::new(collate), ..self }
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
        let items = items.iter().map(|&item| (self.item)(item, None)).collect::<Result<Vec<_>, _>>()?;
        (self.collate)(items, None, device)
    }

    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<B, DataError> {
        let shared = items.first().map(|&first| epoch.at(first as u64).at(SHARED));
        let made = items.iter().map(|&item| (self.item)(item, Some(epoch.at(item as u64))));
        (self.collate)(made.collect::<Result<Vec<_>, _>>()?, shared, device)
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint.clone()
    }
}

impl<I, B> fmt::Debug for Collate<I, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collate").field("len", &self.len).finish_non_exhaustive()
    }
}
