//! Metrics over a whole part of the data: counts and sums are added batch by batch and divided once, so that a
//! short last batch weighs what it should.

mod classification;
mod regression;

use std::collections::BTreeMap;

pub use classification::{ClassificationScores, ConfusionMatrix};
pub use regression::RegressionScores;

use crate::Metrics;

/// What a task adds to, batch by batch, while it scores a part of the data.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    items: u64,
    means: BTreeMap<String, (f64, f64)>,
    classification: Option<ClassificationScores>,
    regression: Option<RegressionScores>,
}

impl Scores {
    /// Empty scores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to the mean called `name` a `value` that is itself a mean over `items` items.
    pub fn add_mean(&mut self, name: &str, value: f64, items: usize) {
        let (sum, count) = self.means.entry(name.to_owned()).or_insert((0.0, 0.0));
        *sum += value * items as f64;
        *count += items as f64;
    }

    /// Adds to the mean called `name` a `sum` of values whose weights sum to `weight`.
    pub fn add_sum(&mut self, name: &str, sum: f64, weight: f64) {
        let (all, count) = self.means.entry(name.to_owned()).or_insert((0.0, 0.0));
        *all += sum;
        *count += weight;
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

    /// Adds a batch of numbers, each `[items, outputs]`, row-major.
    pub fn add_values(&mut self, predicted: &[f32], actual: &[f32], outputs: usize) {
        self.add_weighted_values(predicted, actual, None, outputs);
    }

    /// The same with a weight for each item, as scikit-learn's `sample_weight`; `None`: all count 1.
    ///
    /// # Panics
    /// When there are fewer weights than items.
    pub fn add_weighted_values(
        &mut self,
        predicted: &[f32],
        actual: &[f32],
        weights: Option<&[f32]>,
        outputs: usize,
    ) {
        self.items += (actual.len() / outputs.max(1)) as u64;
        self.regression
            .get_or_insert_with(|| RegressionScores::new(outputs))
            .add_weighted(predicted, actual, weights);
    }

    /// The counts behind the classification metrics.
    pub fn confusion(&self) -> Option<&ConfusionMatrix> {
        self.classification.as_ref().map(ClassificationScores::confusion)
    }

    /// All metrics: means (loss first), then those of classification or regression.
    pub fn metrics(&self) -> Metrics {
        let mut metrics = Metrics::default();
        let mean = |(sum, count): &(f64, f64)| sum / count;
        if let Some(loss) = self.means.get("loss") {
            metrics.set("loss", mean(loss));
        }
        for (name, entry) in &self.means {
            metrics.set(name.clone(), mean(entry));
        }
        if let Some(scores) = &self.classification {
            scores.write(&mut metrics);
        }
        if let Some(scores) = &self.regression {
            scores.write(&mut metrics);
        }
        metrics
    }
}
