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

    /// Adds a batch of class scores: `logits` holds `[labels.len(), classes]`, row-major.
    pub fn add_classes(&mut self, logits: &[f32], labels: &[u32], classes: usize) {
        self.items += labels.len() as u64;
        self.classification.get_or_insert_with(|| ClassificationScores::new(classes)).add(logits, labels);
    }

    /// Adds a batch of numbers, each `[items, outputs]`, row-major.
    pub fn add_values(&mut self, predicted: &[f32], actual: &[f32], outputs: usize) {
        self.items += (actual.len() / outputs.max(1)) as u64;
        self.regression.get_or_insert_with(|| RegressionScores::new(outputs)).add(predicted, actual);
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
