//! Batches in an order that is a pure function of (seed, epoch), made ahead in threads.

mod by_length;
mod collate;
mod epoch;
mod plan;
mod prefetch;
mod rows;
mod shards;
mod source;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_core::Seed;

pub use collate::Collate;
pub use epoch::{Epoch, Minibatch};
pub use rows::Rows;
pub use source::Source;

use crate::DataError;
use by_length::by_length;
use plan::EpochPlan;
use shards::Shards;

/// What the order of batches of like lengths draws from, below the seed of an epoch.
const BATCHES: u64 = 0;

/// Goes through a source in batches, epoch by epoch.
///
/// Nothing is remembered between epochs: the order is a function of (seed, epoch), and what arrives does not
/// depend on the number of threads. Clones share the source.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | `batch_size` | | items in a batch; 0, or more than there are, means all items |
/// | [`shuffled`](Loader::shuffled) | no | a new order in every epoch |
/// | [`augmented`](Loader::augmented) | no | a source that augments may do so, in a new way every epoch |
/// | [`prefetch`](Loader::prefetch) | 0 | threads that make batches ahead |
/// | [`prefetch_when_slow`](Loader::prefetch_when_slow) | 0 | the same, for batches that are worth a thread |
/// | [`drop_last`](Loader::drop_last) | false | leave out a last batch that is not full |
/// | [`sharded`](Loader::sharded) | no | batches come in parts, and of these some |
pub struct Loader<B> {
    source: Arc<dyn Source<B>>,
    items: usize,
    batch_size: usize,
    seed: Option<Seed>,
    augment: Option<Seed>,
    threads: usize,
    always: bool,
    drop_last: bool,
    shards: Option<Shards>,
}

impl<B: Send + 'static> Loader<B> {
    /// Batches of `batch_size` items in the order of the source.
    ///
    /// # Errors
    /// [`DataError::NoItems`] for an empty source.
    pub fn new(source: impl Source<B> + 'static, batch_size: usize) -> Result<Self, DataError> {
        let items = source.len();
        if items == 0 {
            return Err(DataError::NoItems);
        }
        let batch_size = if batch_size == 0 { items } else { batch_size.min(items) };
        let source = Arc::new(source);
        let (seed, augment, shards) = (None, None, None);
        let (threads, always, drop_last) = (0, true, false);
        Ok(Self { source, items, batch_size, seed, augment, threads, always, drop_last, shards })
    }

    /// A new order in every epoch. `seed` is already the one for
    /// [`Purpose::Shuffle`](kiln_core::Purpose::Shuffle).
    #[must_use]
    pub fn shuffled(self, seed: Seed) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Batches for training. A source that augments makes new ones in every epoch: see
    /// [`Source::training_batch`]. `seed` is already the one for [`Purpose::Augment`](kiln_core::Purpose::Augment).
    #[must_use]
    pub fn augmented(self, seed: Seed) -> Self {
        Self { augment: Some(seed), ..self }
    }

    /// Makes batches ahead in `threads` threads, at most `threads + 1` of them; 0 makes each when it is asked for.
    #[must_use]
    pub fn prefetch(self, threads: usize) -> Self {
        Self { threads, always: true, ..self }
    }

    /// As [`Loader::prefetch`], but threads start only when a batch takes longer to make than to pass between threads, some
    /// tens of microseconds. The batches are the same.
    #[must_use]
    pub fn prefetch_when_slow(self, threads: usize) -> Self {
        Self { threads, always: false, ..self }
    }

    /// Whether a last batch that is not full is left out. An epoch still has at least one batch.
    #[must_use]
    pub fn drop_last(self, drop_last: bool) -> Self {
        Self { drop_last, ..self }
    }

    /// Cuts every batch into so many shards, at least 1, and makes those of `own`, each as a piece by itself: the first items are shard
    /// 0, and so on; the first shards have an item more where it does not come out even. A shard without items is passed over.
    ///
    /// ```
    /// use burn::tensor::Device;
    /// use kiln_data::{Collate, Loader};
    ///
    /// # fn main() -> Result<(), kiln_data::DataError> {
    /// let numbers = Collate::new(13, Ok, |items: Vec<usize>, _: &Device| Ok(items));
    /// let second_half = Loader::new(numbers, 8)?.sharded(4, 2..4);
    /// let pieces = second_half.epoch(0, &Device::default()).collect::<Result<Vec<_>, _>>()?;
    /// let found: Vec<_> = pieces.into_iter().map(|piece| (piece.index, piece.shard, piece.data)).collect();
    /// assert_eq!(found[..2], [(0, 2, vec![4, 5]), (0, 3, vec![6, 7])]);
    /// // The last batch has five items.
    /// assert_eq!(found[2..], [(1, 2, vec![11]), (1, 3, vec![12])]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn sharded(self, shards: usize, own: Range<usize>) -> Self {
        Self { shards: Some(Shards::new(shards, own)), ..self }
    }

    /// The number of items of a batch of each epoch, whole, by its number from 0. 0 for one that is not there.
    pub fn items_of(&self, batch: usize) -> usize {
        if batch >= self.batches() {
            return 0;
        }
        self.batch_size.min(self.items - batch * self.batch_size)
    }

    /// Number of items in the source.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Items in a full batch, from 1 to [`Loader::items`].
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Batches in an epoch, at least 1.
    pub fn batches(&self) -> usize {
        if self.drop_last { self.items / self.batch_size } else { self.items.div_ceil(self.batch_size) }
    }

    /// The items in the order of an epoch: `seed.at(epoch).permutation(items)`, or 0, 1, 2, … without a seed. Where the source has
    /// [lengths](Source::lengths), the batches of the permutation are made of items of like lengths, 16 batches together.
    pub fn order(&self, epoch: u64) -> Vec<usize> {
        let Some(seed) = self.seed else { return (0..self.items).collect() };
        let order = seed.at(epoch).permutation(self.items);
        match self.source.lengths() {
            Some(lengths) => by_length(order, &lengths, self.batch_size, seed.at(epoch).at(BATCHES)),
            None => order,
        }
    }

    /// The batches of one pass over all items, on `device`: those of epoch 0. For what is scored or predicted.
    pub fn pass(&self, device: &Device) -> Epoch<B> {
        self.epoch(0, device)
    }

    /// The batches of an epoch, on `device`.
    ///
    /// ```
    /// use kiln_core::Seed;
    /// use kiln_data::{DataConfig, Loader, Prepared};
    ///
    /// let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0))?;
    /// let loader = Loader::new(iris.train(), 32)?.shuffled(Seed::new(1));
    /// let device = Default::default();
    /// for epoch in 0..2 {
    ///     for batch in loader.epoch(epoch, &device) {
    ///         assert!(batch?.data.len() <= 32);
    ///     }
    /// }
    /// # Ok::<(), kiln_data::DataError>(())
    /// ```
    pub fn epoch(&self, epoch: u64, device: &Device) -> Epoch<B> {
        self.epoch_from(epoch, 0, device)
    }

    /// The batches of an epoch from number `first_batch` on, on `device`: for a training that goes on.
    ///
    /// Starting late costs the same whatever the batch: the order is computed once, in one pass over the item
    /// numbers, and no batch before `first_batch` is made. A `first_batch` past the end gives no batch.
    pub fn epoch_from(&self, epoch: u64, first_batch: usize, device: &Device) -> Epoch<B> {
        let plan = EpochPlan {
            source: Arc::clone(&self.source),
            order: self.order(epoch),
            batch_size: self.batch_size,
            batches: self.batches(),
            shards: self.shards.clone(),
            augment: self.augment.map(|seed| seed.at(epoch)),
            device: device.clone(),
        };
        Epoch::new(plan, first_batch, self.threads, self.always)
    }
}

// By hand, because a derive would ask for `B: Clone` and `B: Debug`.
impl<B> Clone for Loader<B> {
    fn clone(&self) -> Self {
        Self { source: Arc::clone(&self.source), shards: self.shards.clone(), ..*self }
    }
}

impl<B> fmt::Debug for Loader<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("source", &self.source)
            .field("items", &self.items)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .field("augment", &self.augment)
            .field("threads", &self.threads)
            .field("drop_last", &self.drop_last)
            .field("shards", &self.shards)
            .finish()
    }
}
