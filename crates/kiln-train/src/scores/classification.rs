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
        let mut sum = 0.0;
        let mut seen = 0u32;
        for class in 0..self.classes {
            let hit = self.count(class, class) as f64;
            let actual: u64 = (0..self.classes).map(|other| self.count(class, other)).sum();
            let predicted: u64 = (0..self.classes).map(|other| self.count(other, class)).sum();
            if actual + predicted > 0 {
                sum += 2.0 * hit / (actual + predicted) as f64;
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
    in_top5: u64,
    log_loss: f64,
    items: u64,
}

impl ClassificationScores {
    /// For `classes` classes.
    pub fn new(classes: usize) -> Self {
        Self { confusion: ConfusionMatrix::new(classes), in_top5: 0, log_loss: 0.0, items: 0 }
    }

    /// Adds a batch; `logits` holds `[labels.len(), classes]`, row-major. With one column, the column is the logit
    /// of class 1 of two.
    pub fn add(&mut self, logits: &[f32], labels: &[u32]) {
        let columns = logits.len() / labels.len().max(1);
        for (row, &label) in logits.chunks(columns.max(1)).zip(labels) {
            if let [logit] = row {
                self.add_row(&[0.0, *logit], label as usize);
            } else {
                self.add_row(row, label as usize);
            }
        }
    }

    fn add_row(&mut self, row: &[f32], label: usize) {
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
        self.confusion.counts[label * self.confusion.classes + predicted] += 1;
        self.in_top5 += u64::from(above < 5);
        let largest = f64::from(row[predicted]);
        let log_sum = row.iter().map(|&logit| (f64::from(logit) - largest).exp()).sum::<f64>().ln() + largest;
        self.log_loss += log_sum - own;
        self.items += 1;
    }

    /// The counts of actual against predicted.
    pub fn confusion(&self) -> &ConfusionMatrix {
        &self.confusion
    }

    pub(super) fn write(&self, metrics: &mut Metrics) {
        let items = self.items as f64;
        let hits: u64 = (0..self.confusion.classes).map(|class| self.confusion.count(class, class)).sum();
        metrics.set("accuracy", hits as f64 / items);
        if self.confusion.classes > 5 {
            metrics.set("top5_accuracy", self.in_top5 as f64 / items);
        }
        metrics.set("macro_f1", self.confusion.macro_f1());
        metrics.set("log_loss", self.log_loss / items);
    }
}
