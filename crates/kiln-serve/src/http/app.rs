//! What all requests share.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::available_parallelism;

use tokio::sync::{Semaphore, oneshot};

use super::metrics::Metrics;
use crate::batch::{Batcher, Failed, Reply};
use crate::body::Items;
use crate::model::Model;
use crate::settings::Settings;

/// So many bodies of the largest size are held at once.
const BODIES: usize = 16;

/// What all requests share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) model: Arc<Model>,
    pub(super) settings: Settings,
    pub(super) batcher: Batcher<Items, Waiting>,
    pub(super) metrics: Metrics,
    /// One permit for each byte of a body that may be held.
    pub(super) memory: Arc<Semaphore>,
    /// One permit for each large body that is prepared.
    pub(super) preparing: Arc<Semaphore>,
    pub(super) is_stopping: AtomicBool,
}

/// The bytes of an answer, or why there is none.
type Answered = Result<Vec<u8>, Failed>;

/// A handler that waits for its prediction. It is gone when its client is.
#[derive(Debug)]
pub(super) struct Waiting(pub(super) oneshot::Sender<Answered>);

impl Reply for Waiting {
    type Answer = Vec<u8>;

    fn is_wanted(&self) -> bool {
        !self.0.is_closed()
    }

    fn send(self, answer: Answered) {
        // A client that went away meanwhile needs none.
        let _ = self.0.send(answer);
    }
}

impl App {
    /// Starts the thread that predicts.
    pub(super) fn start(model: Model, settings: Settings) -> io::Result<Self> {
        let (model, metrics) = (Arc::new(model), Metrics::new());
        let (of_batches, batches) = (Arc::clone(&model), metrics.clone());
        let batcher = Batcher::start(settings.batching, move |requests: &[Items]| {
            batches.batch(requests.len(), requests.iter().map(|request| request.prepared.len()).sum());
            of_batches.answer(requests)
        })?;
        let bytes = settings.max_body.saturating_mul(BODIES).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            model,
            batcher,
            metrics,
            memory: Arc::new(Semaphore::new(bytes)),
            preparing: Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))),
            is_stopping: AtomicBool::new(false),
            settings,
        })
    }
}
