//! What Prometheus is told.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The status that is counted for a request whose client went away before the answer.
const GONE: &str = "gone";

/// What is counted and timed.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
    in_flight: Gauge,
    waiting: Gauge,
    connections: Gauge,
    batch_requests: Histogram,
    batch_items: Histogram,
    items: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    /// One of the known paths, or `other`: what clients invent makes no series.
    path: &'static str,
    status: String,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let powers = || Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let mut metrics = Self {
            registry: Arc::default(),
            requests: Family::default(),
            // 0.1 ms to 26 s.
            seconds: Histogram::new(exponential_buckets(1e-4, 2.0, 19)),
            in_flight: Gauge::default(),
            waiting: Gauge::default(),
            connections: Gauge::default(),
            batch_requests: powers(),
            batch_items: powers(),
            items: Counter::default(),
        };
        let mut registry = Registry::with_prefix("kiln");
        registry.register("requests", "Requests by path and status", metrics.requests.clone());
        let help = "Time from the headers of a request to /predict to its answer";
        registry.register("predict_seconds", help, metrics.seconds.clone());
        registry.register("in_flight", "Requests that have no answer yet", metrics.in_flight.clone());
        registry.register("queue_requests", "Requests that wait for a batch", metrics.waiting.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("batch_requests", "Requests of a batch", metrics.batch_requests.clone());
        registry.register("batch_items", "Items of a batch", metrics.batch_items.clone());
        registry.register("items", "Items that were predicted for", metrics.items.clone());
        metrics.registry = Arc::new(registry);
        metrics
    }

    /// A request has come.
    pub(super) fn request(&self, path: &'static str) -> Request<'_> {
        self.in_flight.inc();
        Request { metrics: self, path, began: Instant::now(), status: None }
    }

    /// A batch is predicted for.
    pub(super) fn batch(&self, requests: usize, items: usize) {
        self.batch_requests.observe(requests as f64);
        self.batch_items.observe(items as f64);
        self.items.inc_by(items as u64);
    }

    /// A connection is open as long as the value lives.
    pub(super) fn connection(&self) -> Connection {
        self.connections.inc();
        Connection(self.connections.clone())
    }

    /// All of it, in the text format of OpenMetrics.
    ///
    /// # Errors
    /// None that a text could have.
    pub(super) fn text(&self, waiting: usize) -> Result<String, fmt::Error> {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut written = String::new();
        text::encode(&mut written, &self.registry)?;
        Ok(written)
    }

    fn ended(&self, path: &'static str, status: Option<u16>, took: Duration) {
        self.in_flight.dec();
        let status = status.map_or_else(|| GONE.to_owned(), |status| status.to_string());
        self.requests.get_or_create(&Labels { path, status }).inc();
        if path == "/predict" {
            self.seconds.observe(took.as_secs_f64());
        }
    }
}

/// A request, counted when the value goes.
#[derive(Debug)]
pub(super) struct Request<'a> {
    metrics: &'a Metrics,
    path: &'static str,
    began: Instant,
    pub(super) status: Option<u16>,
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.metrics.ended(self.path, self.status, self.began.elapsed());
    }
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection(Gauge);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.dec();
    }
}
