//! Metrics that no mean over the items gives: what they need is kept, and they are computed once, at the end.

use std::fmt;
use std::sync::Arc;

use kiln_core::Metric;

use crate::Metrics;

/// What was kept of all items, in the order in which they were scored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    predictions: Vec<f64>,
    targets: Vec<f64>,
    weights: Option<Vec<f64>>,
}

impl Kept {
    /// Everything that was given as predictions, one after the other.
    pub fn predictions(&self) -> &[f64] {
        &self.predictions
    }

    /// Everything that was given as targets.
    pub fn targets(&self) -> &[f64] {
        &self.targets
    }

    /// The targets as numbers of classes, as `kiln-metrics` takes them: without a fraction, and 0 where they are below 0.
    pub fn labels(&self) -> Vec<u32> {
        self.targets.iter().map(|target| *target as u32).collect()
    }

    /// How many targets there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The predictions for each target, such as one logit a class; of several numbers an item those of one number.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.predictions.chunks((self.predictions.len() / self.targets.len().max(1)).max(1))
    }

    /// The weights, where any batch had some; those of the others are 1.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    fn add<P, T, W>(&mut self, predictions: &[P], targets: &[T], weights: Option<&[W]>)
    where
        P: Copy + Into<f64>,
        T: Copy + Into<f64>,
        W: Copy + Into<f64>,
    {
        let before = self.targets.len();
        self.predictions.extend(predictions.iter().map(|&value| value.into()));
        self.targets.extend(targets.iter().map(|&value| value.into()));
        if weights.is_some() || self.weights.is_some() {
            let all = self.weights.get_or_insert_with(|| vec![1.0; before]);
            match weights {
                Some(weights) => all.extend(weights.iter().map(|&value| value.into())),
                None => all.resize(all.len() + targets.len(), 1.0),
            }
        }
    }
}

/// How a metric follows from what was kept.
pub(crate) type OfWhole = Arc<dyn Fn(&Kept) -> f64 + Send + Sync>;

/// The value of a metric: a number, or a result of which an error is NaN, as a metric is that is not defined.
pub trait MetricValue {
    /// The number.
    fn value(self) -> f64;
}

impl MetricValue for f64 {
    fn value(self) -> f64 {
        self
    }
}

impl<E> MetricValue for Result<f64, E> {
    fn value(self) -> f64 {
        self.unwrap_or(f64::NAN)
    }
}

/// The function as all are kept.
pub(crate) fn of_whole<V: MetricValue>(of: impl Fn(&Kept) -> V + Send + Sync + 'static) -> OfWhole {
    Arc::new(move |kept: &Kept| of(kept).value())
}

/// What was kept under one name, and the metrics that follow from it.
#[derive(Clone, Default)]
pub struct WholeSet {
    kept: Kept,
    metrics: Vec<(Metric, OfWhole)>,
}

impl WholeSet {
    /// All that was kept.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Adds a metric that `of` computes from all that was kept, once, when the scores are read. Added again, as with every batch,
    /// it is the one that is there.
    pub fn metric<V: MetricValue>(
        &mut self,
        metric: impl Into<Metric>,
        of: impl Fn(&Kept) -> V + Send + Sync + 'static,
    ) -> &mut Self {
        self.shared(&metric.into(), || of_whole(of))
    }

    /// The same with a function that others hold, too.
    pub(crate) fn shared(&mut self, metric: &Metric, of: impl FnOnce() -> OfWhole) -> &mut Self {
        if !self.metrics.iter().any(|(known, _)| known.name() == metric.name()) {
            self.metrics.push((metric.clone(), of()));
        }
        self
    }

    pub(super) fn add<P, T, W>(&mut self, predictions: &[P], targets: &[T], weights: Option<&[W]>)
    where
        P: Copy + Into<f64>,
        T: Copy + Into<f64>,
        W: Copy + Into<f64>,
    {
        self.kept.add(predictions, targets, weights);
    }

    /// Writes every metric with the value that `value` gives for it.
    pub(super) fn write(&self, metrics: &mut Metrics, value: impl Fn(&OfWhole, &Kept) -> f64) {
        for (metric, of) in &self.metrics {
            metrics.set(metric.clone(), value(of, &self.kept));
        }
    }
}

impl fmt::Debug for WholeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metrics: Vec<&str> = self.metrics.iter().map(|(metric, _)| metric.name()).collect();
        f.debug_struct("WholeSet").field("kept", &self.kept).field("metrics", &metrics).finish()
    }
}
