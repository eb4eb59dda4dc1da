//! Callbacks of kiln at a training of burn-train.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::tensor::TensorReadError;
use burn::train::metric::store::{Aggregate, EventStoreClient, Split};
use burn::train::metric::{Metric, MetricMetadata, MetricName, SerializedEntry};
use burn::train::{EarlyStoppingStrategy, Interrupter};
use kiln_core::{EpochRecord, Metrics, Weights};
use kiln_train::{Callback, EpochView, History, StepView, Stop, TrainError};

/// Callbacks of kiln at a training of burn-train: they hear of every step and epoch, and may end it.
///
/// Three places take it. As a metric of the training part it hears of steps, as an early stopping strategy of epochs, and by its
/// interrupter it ends the training within an epoch:
///
/// ```ignore
/// // a training needs a model: see the tests of this crate
/// let callbacks = Callbacks::new(epochs).metric(&LossMetric::new(), "loss").callback(Sparkline::default());
/// let result = SupervisedTraining::new(folder, train, valid)
///     .metric_train(callbacks.clone())
///     .early_stopping(callbacks.clone())
///     .with_interrupter(callbacks.interrupter())
///     .launch(learner);
/// let stop = callbacks.finish()?;
/// ```
///
/// What a learner does not show is missing: `EpochView::weights` gives none, and a step has no loss and does not know how many
/// batches there are. burn-train tells of steps from a thread of its own, some steps later.
#[derive(Clone)]
pub struct Callbacks {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    callbacks: Vec<Box<dyn Callback>>,
    /// What burn-train calls a metric, and what records do.
    metrics: Vec<(String, String)>,
    epochs: u64,
    history: History,
    began: bool,
    step: u64,
    lr: f64,
    /// Items of the epoch so far.
    items: usize,
    end: Option<Result<Stop, TrainError>>,
    interrupter: Interrupter,
}

impl Callbacks {
    /// For a training of so many epochs.
    pub fn new(epochs: u64) -> Self {
        let shared = Shared {
            callbacks: Vec::new(),
            metrics: Vec::new(),
            epochs,
            history: History::default(),
            began: false,
            step: 0,
            lr: 0.0,
            items: 0,
            end: None,
            interrupter: Interrupter::new(),
        };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    /// Adds a callback.
    #[must_use]
    pub fn callback(self, callback: impl Callback + 'static) -> Self {
        self.lock().callbacks.push(Box::new(callback));
        self
    }

    /// Puts a metric that the training has into the records of epochs, under this name: `loss`, `accuracy`.
    #[must_use]
    pub fn metric<M: Metric>(self, metric: &M, name: &str) -> Self {
        self.lock().metrics.push((metric.name().to_string(), name.to_owned()));
        self
    }

    /// What ends the training when a callback asks for it.
    pub fn interrupter(&self) -> Interrupter {
        self.lock().interrupter.clone()
    }

    /// Tells the callbacks that the training has ended. Gives why: what a callback said, else [`Stop::Finished`].
    ///
    /// # Errors
    /// The first error of a callback, which ended the training.
    pub fn finish(&self) -> Result<Stop, TrainError> {
        let mut shared = self.lock();
        let Shared { callbacks, history, end, .. } = &mut *shared;
        let stop = end.take().unwrap_or(Ok(Stop::Finished))?;
        for callback in callbacks {
            callback.on_fit_end(history, &stop)?;
        }
        Ok(stop)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Asks every callback, after the start was told, unless the training is to end. Gives whether it is.
    fn ask(
        &mut self,
        mut what: impl FnMut(&mut dyn Callback, &History) -> Result<ControlFlow<Stop>, TrainError>,
    ) -> bool {
        if self.end.is_some() {
            return true;
        }
        let history = std::mem::take(&mut self.history);
        for callback in &mut self.callbacks {
            let start = if self.began { Ok(()) } else { callback.on_fit_start(&History::default()) };
            match start.and_then(|()| what(callback.as_mut(), &history)) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(stop)) => self.end = Some(Ok(stop)),
                Err(error) => self.end = Some(Err(error)),
            }
        }
        (self.history, self.began) = (history, true);
        self.end.is_some()
    }

    fn values(&self, epoch: usize, split: &Split, store: &EventStoreClient) -> Metrics {
        let value = |(theirs, ours): &(String, String)| {
            Some((ours.clone(), store.find_metric(theirs, epoch, Aggregate::Mean, split)?))
        };
        self.metrics.iter().filter_map(value).collect()
    }
}

impl Metric for Callbacks {
    type Input = ();

    fn name(&self) -> MetricName {
        Arc::new("kiln callbacks".to_owned())
    }

    fn update(&mut self, (): &(), metadata: &MetricMetadata) -> Result<SerializedEntry, TensorReadError> {
        let mut shared = self.lock();
        shared.step += 1;
        shared.lr = metadata.lr.as_ref().map_or(shared.lr, |lr| lr.base());
        let mut view = StepView::default();
        (view.epoch, view.epochs) = (shared.history.epochs.len() as u64 + 1, shared.epochs);
        (view.step, view.lr) = (shared.step, shared.lr);
        view.batch = metadata.iteration.unwrap_or_default();
        let items = metadata.progress.items_processed;
        // A new epoch counts from the start.
        view.items = if items > shared.items { items - shared.items } else { items };
        shared.items = items;
        if shared.ask(|callback, _| callback.on_step_end(&view)) {
            shared.interrupter.stop(Some("a callback of kiln"));
        }
        Ok(SerializedEntry::not_available(None))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(SerializedEntry::not_available(None))
    }

    fn clear(&mut self) {
        self.lock().items = 0;
    }
}

impl EarlyStoppingStrategy for Callbacks {
    fn should_stop(&mut self, epoch: usize, store: &EventStoreClient) -> bool {
        let mut shared = self.lock();
        let record = EpochRecord {
            seq: shared.history.epochs.len() as u64,
            epoch: epoch as u64,
            step: shared.step,
            lr: shared.lr,
            train: shared.values(epoch, &Split::Train, store),
            validation: Some(shared.values(epoch, &Split::Valid, store)),
            ..EpochRecord::default()
        };
        shared.history.epochs.push(record.clone());
        let epochs = shared.epochs;
        shared.ask(|callback, history| {
            callback.on_epoch_end(&EpochView::new(&record, history, epochs, &Weights::default))
        })
    }
}

impl std::fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callbacks").field("epochs", &self.lock().epochs).finish_non_exhaustive()
    }
}
