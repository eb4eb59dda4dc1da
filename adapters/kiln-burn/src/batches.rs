//! A loader of kiln as a data loader of Burn.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use kiln_data::{DataError, Epoch, Loader, Source};

use crate::part::Part;

/// What makes a loader of a source.
type MakeLoader<B> = dyn Fn(Arc<dyn Source<B>>) -> Result<Loader<B>, DataError> + Send + Sync;

/// A loader of kiln as a data loader of Burn: a `Learner` trains on what kiln reads, splits, preprocesses and augments.
///
/// Every call of `iter` is the next epoch, and the order of an epoch is a function of its number. A training that goes on
/// after `n` epochs starts its loader there: [`Batches::from_epoch`].
///
/// ```
/// use burn::data::dataloader::DataLoader;
/// use burn::tensor::Device;
/// use kiln_burn::Batches;
/// use kiln_core::{Purpose, Seed};
/// use kiln_data::{DataConfig, Loader, Prepared};
///
/// let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0))?;
/// let shuffle = Seed::new(0).purpose(Purpose::Shuffle);
/// let loader = move |source| Ok(Loader::new(source, 16)?.shuffled(shuffle));
/// let batches = Batches::new(iris.train(), &Device::default(), loader)?;
/// assert_eq!(batches.iter().filter_map(Result::ok).map(|batch| batch.len()).sum::<usize>(), batches.num_items());
/// # Ok::<(), kiln_data::DataError>(())
/// ```
pub struct Batches<B> {
    source: Arc<dyn Source<B>>,
    make: Arc<MakeLoader<B>>,
    /// Burn takes no error where it asks for a part of the items, but where it asks for a batch.
    loader: Result<Loader<B>, Arc<DataError>>,
    device: Device,
    epoch: AtomicU64,
}

impl<B: Send + 'static> Batches<B> {
    /// Batches of `source` on `device`. `loader` says how: `|source| Ok(Loader::new(source, 32)?.shuffled(seed))`. It is
    /// asked again for a part of the items, where a strategy trains on several devices.
    ///
    /// # Errors
    /// That of `loader`, such as [`DataError::NoItems`].
    pub fn new(
        source: impl Source<B> + 'static,
        device: &Device,
        loader: impl Fn(Arc<dyn Source<B>>) -> Result<Loader<B>, DataError> + Send + Sync + 'static,
    ) -> Result<Self, DataError> {
        let source: Arc<dyn Source<B>> = Arc::new(source);
        let made = loader(Arc::clone(&source))?;
        let (make, device) = (Arc::new(loader), device.clone());
        Ok(Self { source, make, loader: Ok(made), device, epoch: AtomicU64::new(0) })
    }

    /// Begins with this epoch, from 0: so many are done already.
    #[must_use]
    pub fn from_epoch(self, epoch: u64) -> Self {
        Self { epoch: epoch.into(), ..self }
    }

    fn now(&self) -> AtomicU64 {
        self.epoch.load(Ordering::Relaxed).into()
    }
}

impl<B: Send + 'static> DataLoader<B> for Batches<B> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<B> + 'a> {
        let epoch = self.epoch.fetch_add(1, Ordering::Relaxed);
        let (batches, error) = match &self.loader {
            Ok(loader) => (Some(loader.epoch(epoch, &self.device)), None),
            Err(error) => (None, Some(DatasetError::new(Arc::clone(error)))),
        };
        Box::new(OneEpoch { batches, error, done: 0, items: self.num_items() })
    }

    fn num_items(&self) -> usize {
        let items = |loader: &Loader<B>| loader.items().min(loader.batches() * loader.batch_size());
        self.loader.as_ref().map_or(0, items)
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<B>> {
        Arc::new(Self {
            source: Arc::clone(&self.source),
            make: Arc::clone(&self.make),
            loader: self.loader.clone(),
            device: device.clone(),
            epoch: self.now(),
        })
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<B>> {
        let source: Arc<dyn Source<B>> = Arc::new(Part::new(Arc::clone(&self.source), start..end));
        let (make, device) = (Arc::clone(&self.make), self.device.clone());
        let loader = make(Arc::clone(&source)).map_err(Arc::new);
        Arc::new(Self { source, make, loader, device, epoch: self.now() })
    }
}

impl<B> fmt::Debug for Batches<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("Batches");
        all.field("loader", &self.loader).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// The batches of an epoch, and how many items they have had.
struct OneEpoch<B> {
    batches: Option<Epoch<B>>,
    /// What is given in place of batches.
    error: Option<DatasetError>,
    done: usize,
    items: usize,
}

impl<B: Send + 'static> Iterator for OneEpoch<B> {
    type Item = Result<B, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.error.take() {
            return Some(Err(error));
        }
        Some(match self.batches.as_mut()?.next()? {
            Ok(batch) => {
                self.done += batch.items;
                Ok(batch.data)
            }
            Err(error) => Err(DatasetError::new(error)),
        })
    }
}

impl<B: Send + 'static> DataLoaderIterator<B> for OneEpoch<B> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.items, Some("items".to_owned()))
    }
}
