//! The data of a training: its parts, and their loaders.

use std::sync::Arc;

use kiln_core::Purpose;
use kiln_data::{Loader, Source};

use crate::first_batch::FirstBatch;
use crate::{Task, TrainError, Trainer};

/// The data a model is trained on and judged by.
pub struct Data<B> {
    pub(crate) train: Arc<dyn Source<B>>,
    pub(crate) validation: Option<Arc<dyn Source<B>>>,
}

// By hand, because a derive would ask for `B: Debug`.
impl<B> std::fmt::Debug for Data<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Data").field("train", &self.train).field("validation", &self.validation).finish()
    }
}

impl<B> Data<B> {
    /// Training items only: the last weights count.
    pub fn new(train: impl Source<B> + 'static) -> Self {
        Self { train: Arc::new(train), validation: None }
    }

    /// Validation items: the weights that do best on them count.
    pub fn validation(mut self, validation: impl Source<B> + 'static) -> Self {
        self.validation = Some(Arc::new(validation));
        self
    }
}

/// The training part, and the validation part where there is one.
type Loaders<B> = (Loader<B>, Option<Loader<B>>);

/// The loaders of the training and the validation part.
pub(crate) fn loaders<T: Task>(
    trainer: &Trainer<T>,
    data: &Data<T::Batch>,
) -> Result<Loaders<T::Batch>, TrainError> {
    let config = &trainer.config;
    let mut train = if config.overfit_batch {
        Loader::new(FirstBatch::new(data.train.clone(), config.batch_size), config.batch_size)?
    } else {
        Loader::new(data.train.clone(), config.batch_size)?
    };
    train = train
        .prefetch_when_slow(config.prefetch)
        .drop_last(config.drop_last)
        .augmented(trainer.seed.purpose(Purpose::Augment));
    if config.shuffle {
        train = train.shuffled(trainer.seed.purpose(Purpose::Shuffle));
    }
    let validation = match &data.validation {
        Some(source) => {
            Some(Loader::new(source.clone(), source.at_once())?.prefetch_when_slow(config.prefetch))
        }
        None => None,
    };
    Ok((train, validation))
}
