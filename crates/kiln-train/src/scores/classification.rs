//! Accuracy, top-k accuracy, macro F1, log-loss and the confusion matrix.

use crate::Metrics;

/// Counts of actual against predicted classes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<u64>,
}

impl ConfusionMatrix {
    fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many items of class `actual` were predicted as `predicted`.
    pub fn count(&self, actual: usize, predicted: usize) -> u64 {
        self.counts[actual * self.classes + predicted]
    }

    /// The counts, one row an actual class.
    pub fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks(self.classes.max(1))
    }

    /// Mean F1 over the classes that occur, actual or predicted; F1 is 0 where nothing was hit (as scikit-learn's
    /// `f1_score(average="macro")` with `zero_division=0`).
    pub fn macro_f1(&self) -> f64 {
        self.weighted_macro_f1(|actual, predicted| self.count(actual, predicted) as f64)
    }

    /// The same with a weight for each cell instead of the count. A class whose items all have weight 0 has an F1 of 0.
    fn weighted_macro_f1(&self, weight: impl Fn(usize, usize) -> f64) -> f64 {
        let mut sum = 0.0;
        let mut seen = 0u32;
        for class in 0..self.classes {
            let others = 0..self.classes;
            if others.clone().any(|other| self.count(class, other) + self.count(other, class) > 0) {
                let all: f64 = others.map(|other| weight(class, other) + weight(other, class)).sum();
                if all > 0.0 {
                    sum += 2.0 * weight(class, class) / all;
                }
                seen += 1;
            }
        }
        sum / f64::from(seen)
    }
}

/// Running counts for classification metrics.
#[derive(Debug, Clone)]
pub struct ClassificationScores {
    confusion: ConfusionMatrix,
    /// Sums of weights, in the cells of the confusion matrix.
    weights: Vec<f64>,
    in_top5: f64,
    log_loss: f64,
    /// Sum of all weights.
    total: f64,
}

impl ClassificationScores {
    /// For `classes` classes.
    pub fn new(classes: usize) -> Self {
        let weights = vec![0.0; classes * classes];
        Self { confusion: ConfusionMatrix::new(classes), weights, in_top5: 0.0, log_loss: 0.0, total: 0.0 }
    }

    /// Adds a batch; `logits` holds `[labels.len(), classes]`, row-major. With one column, the column is the logit
    /// of class 1 of two.
    pub fn add(&mut self, logits: &[f32], labels: &[u32]) {
        self.add_weighted(logits, labels, None);
    }

    /// The same with a weight for each item; `None`: all count 1. The confusion matrix counts items all the same.
    ///
    /// # Panics
    /// When there are fewer weights than labels.
    pub fn add_weighted(&mut self, logits: &[f32], labels: &[u32], weights: Option<&[f32]>) {
        let columns = logits.len() / labels.len().max(1);
        for (item, (row, &label)) in logits.chunks(columns.max(1)).zip(labels).enumerate() {
            let weight = weights.map_or(1.0, |weights| f64::from(weights[item]));
            if let [logit] = row {
                self.add_row(&[0.0, *logit], label as usize, weight);
            } else {
                self.add_row(row, label as usize, weight);
            }
        }
    }

    fn add_row(&mut self, row: &[f32], label: usize, weight: f64) {
        let own = f64::from(row[label]);
        let mut predicted = 0;
        let mut above = 0;
        for (class, &logit) in row.iter().enumerate() {
            // The first of equal logits is predicted, as numpy's argmax does.
            if logit > row[predicted] {
                predicted = class;
            }
            above += u64::from(f64::from(logit) > own || (f64::from(logit) == own && class < label));
        }
        let cell = label * self.confusion.classes + predicted;
        self.confusion.counts[cell] += 1;
        self.weights[cell] += weight;
        self.in_top5 += if above < 5 { weight } else { 0.0 };
        let largest = f64::from(row[predicted]);
        let log_sum = row.iter().map(|&logit| (f64::from(logit) - largest).exp()).sum::<f64>().ln() + largest;
        self.log_loss += weight * (log_sum - own);
        self.total += weight;
    }

    /// The counts of actual against predicted.
    pub fn confusion(&self) -> &ConfusionMatrix {
        &self.confusion
    }

    pub(super) fn write(&self, metrics: &mut Metrics) {
        let classes = self.confusion.classes;
        let weight = |actual: usize, predicted: usize| self.weights[actual * classes + predicted];
        let hits: f64 = (0..classes).map(|class| weight(class, class)).sum();
        metrics.set("accuracy", hits / self.total);
        if self.confusion.classes > 5 {
            metrics.set("top5_accuracy", self.in_top5 / self.total);
        }
        metrics.set("macro_f1", self.confusion.weighted_macro_f1(weight));
        metrics.set("log_loss", self.log_loss / self.total);
    }
}
