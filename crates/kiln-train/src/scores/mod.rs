//! Metrics over a whole part of the data: counts and sums are added batch by batch and divided once, so that a
//! short last batch weighs what it should.

mod classification;
mod labels;
mod regression;
mod whole;

use std::collections::BTreeMap;

use kiln_core::Metric;

pub use classification::{ClassificationScores, ConfusionMatrix};
pub use labels::LabelScores;
pub use regression::RegressionScores;
pub use whole::{Kept, MetricValue, WholeSet};
pub(crate) use whole::{OfWhole, of_whole};

use crate::Metrics;

/// What a task adds to, batch by batch, while it scores a part of the data.
///
/// | of the task | method |
/// |---|---|
/// | a mean over the items | [`add_mean`](Self::add_mean), or [`add_sum`](Self::add_sum) where weights or tokens count |
/// | classes: accuracy, top-5 accuracy, macro F1, log-loss | [`add_classes`](Self::add_classes) |
/// | labels: accuracy, Hamming loss, macro and micro F1 | [`add_weighted_labels`](Self::add_weighted_labels) |
/// | numbers: MSE, MAE, R² | [`add_values`](Self::add_values) |
/// | anything else of all items together | [`keep`](Self::keep) |
///
/// A metric is a name, or for one whose name does not tell which values are better a [`Metric`].
///
/// ```
/// use kiln_core::Metric;
/// use kiln_train::Scores;
///
/// let mut scores = Scores::new();
/// for (predicted, ill) in [([0.9, 0.4], [1, 0]), ([0.3, 0.7], [0, 1])] {
///     scores.add_mean("loss", 0.5, 2);
///     scores.add_mean(Metric::minimise("alarms"), 0.5, 2);
///     scores.keep(&predicted, &ill).metric("hit_rate", |all| {
///         let hits = all.predictions().iter().zip(all.targets()).filter(|(p, y)| (**p > 0.5) == (**y > 0.5));
///         hits.count() as f64 / all.targets().len() as f64
///     });
/// }
/// assert_eq!(scores.metrics().get("hit_rate"), Some(1.0));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scores {
    items: u64,
    means: BTreeMap<String, Mean>,
    classification: Option<ClassificationScores>,
    labels: Option<LabelScores>,
    regression: Option<RegressionScores>,
    whole: BTreeMap<String, WholeSet>,
}

/// A running mean.
#[derive(Debug, Clone)]
struct Mean {
    metric: Metric,
    sum: f64,
    count: f64,
}

impl Scores {
    /// Empty scores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to a mean a `value` that is itself a mean over `items` items.
    pub fn add_mean(&mut self, metric: impl Into<Metric>, value: f64, items: usize) {
        self.add_sum(metric, value * items as f64, items as f64);
    }

    /// Adds to a mean a `sum` of values whose weights sum to `weight`.
    pub fn add_sum(&mut self, metric: impl Into<Metric>, sum: f64, weight: f64) {
        let metric = metric.into();
        match self.means.get_mut(metric.name()) {
            Some(mean) => {
                mean.sum += sum;
                mean.count += weight;
            }
            // From 0, so that a sum of -0 is none.
            None => {
                let (name, sum) = (metric.name().to_owned(), 0.0 + sum);
                self.means.insert(name, Mean { metric, sum, count: 0.0 + weight });
            }
        }
    }

    /// Keeps what metrics over the whole part need (the area under a curve, a concordance, a calibration), and takes
    /// them: see [`WholeSet::metric`]. Order and number of the predictions and targets are the task's; they stay in memory until
    /// the part is scored, 8 bytes each. The metrics come after all others.
    pub fn keep<P, T>(&mut self, predictions: &[P], targets: &[T]) -> &mut WholeSet
    where
        P: Copy + Into<f64>,
        T: Copy + Into<f64>,
    {
        self.keep_as("", predictions, targets, None::<&[f64]>)
    }

    /// The same with a weight for each target.
    pub fn keep_weighted<P, T, W>(
        &mut self,
        predictions: &[P],
        targets: &[T],
        weights: Option<&[W]>,
    ) -> &mut WholeSet
    where
        P: Copy + Into<f64>,
        T: Copy + Into<f64>,
        W: Copy + Into<f64>,
    {
        self.keep_as("", predictions, targets, weights)
    }

    /// The same under a name, for a task that keeps several things, such as the outputs of two heads.
    pub fn keep_as<P, T, W>(
        &mut self,
        name: &str,
        predictions: &[P],
        targets: &[T],
        weights: Option<&[W]>,
    ) -> &mut WholeSet
    where
        P: Copy + Into<f64>,
        T: Copy + Into<f64>,
        W: Copy + Into<f64>,
    {
        let whole = self.whole.entry(name.to_owned()).or_default();
        whole.add(predictions, targets, weights);
        whole
    }

    /// What was kept under a name: `""` for [`keep`](Self::keep).
    pub fn kept(&self, name: &str) -> Option<&Kept> {
        self.whole.get(name).map(WholeSet::kept)
    }

    /// Adds a batch of class scores: `logits` holds `[labels.len(), classes]`, row-major.
    pub fn add_classes(&mut self, logits: &[f32], labels: &[u32], classes: usize) {
        self.add_weighted_classes(logits, labels, None, classes);
    }

    /// The same with a weight for each item, as scikit-learn's `sample_weight`; `None`: all count 1.
    ///
    /// # Panics
    /// When there are fewer weights than labels.
    pub fn add_weighted_classes(
        &mut self,
        logits: &[f32],
        labels: &[u32],
        weights: Option<&[f32]>,
        classes: usize,
    ) {
        self.items += labels.len() as u64;
        self.classification
            .get_or_insert_with(|| ClassificationScores::new(classes))
            .add_weighted(logits, labels, weights);
    }

    /// Adds a batch of labels, any number of which an item has: `logits` and `actual` (0 or 1) hold `[items, labels]`, row-major.
    /// A weight for each item; `None`: all count 1.
    ///
    /// # Panics
    /// When there are fewer weights than items.
    pub fn add_weighted_labels(
        &mut self,
        logits: &[f32],
        actual: &[f32],
        weights: Option<&[f32]>,
        labels: usize,
    ) {
        self.items += (actual.len() / labels.max(1)) as u64;
        self.labels.get_or_insert_with(|| LabelScores::new(labels)).add_weighted(logits, actual, weights);
    }

    /// Adds a batch of numbers, each `[items, outputs]`, row-major.
    pub fn add_values<P, A>(&mut self, predicted: &[P], actual: &[A], outputs: usize)
    where
        P: Copy + Into<f64>,
        A: Copy + Into<f64>,
    {
        self.add_weighted_values(predicted, actual, None, outputs);
    }

    /// The same with a weight for each item, as scikit-learn's `sample_weight`; `None`: all count 1.
    ///
    /// # Panics
    /// When there are fewer weights than items.
    pub fn add_weighted_values<P, A>(
        &mut self,
        predicted: &[P],
        actual: &[A],
        weights: Option<&[f32]>,
        outputs: usize,
    ) where
        P: Copy + Into<f64>,
        A: Copy + Into<f64>,
    {
        self.items += (actual.len() / outputs.max(1)) as u64;
        self.regression
            .get_or_insert_with(|| RegressionScores::new(outputs))
            .add_weighted(predicted, actual, weights);
    }

    /// The counts behind the classification metrics.
    pub fn confusion(&self) -> Option<&ConfusionMatrix> {
        self.classification.as_ref().map(ClassificationScores::confusion)
    }

    /// All metrics: means (loss first), then those of classification or regression, then those over the whole part, which
    /// are computed here.
    pub fn metrics(&self) -> Metrics {
        self.written(|of, kept| of(kept))
    }

    /// The metrics without the work of those over the whole part, which are NaN: to see which there are.
    pub(crate) fn outline(&self) -> Metrics {
        self.written(|_, _| f64::NAN)
    }

    fn written(&self, value: impl Fn(&OfWhole, &Kept) -> f64) -> Metrics {
        let mut metrics = Metrics::default();
        let loss = self.means.get("loss").into_iter();
        for Mean { metric, sum, count } in loss.chain(self.means.values()) {
            metrics.set(metric.clone(), sum / count);
        }
        if let Some(scores) = &self.classification {
            scores.write(&mut metrics);
        }
        if let Some(scores) = &self.labels {
            scores.write(&mut metrics);
        }
        if let Some(scores) = &self.regression {
            scores.write(&mut metrics);
        }
        for whole in self.whole.values() {
            whole.write(&mut metrics, &value);
        }
        metrics
    }
}
