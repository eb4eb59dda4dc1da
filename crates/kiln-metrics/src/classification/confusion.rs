//! The confusion matrix.

use super::counts::{ClassCounts, batch};
use super::kappa::{KappaWeights, kappa};
use crate::MetricError;

/// Weights of items by actual and predicted class, added up batch by batch: their numbers, where there are no weights.
///
/// Takes 8 · classes² bytes. [`ClassCounts`] needs less and has every score but Cohen's kappa.
///
/// ```
/// use kiln_metrics::{ConfusionMatrix, KappaWeights};
///
/// let mut matrix = ConfusionMatrix::new(3);
/// matrix.add(&[0, 1, 2], &[0, 1, 1], None)?;
/// let mut other = ConfusionMatrix::new(3);
/// other.add(&[2], &[2], Some(&[0.5]))?;
/// matrix.merge(&other)?;
/// assert_eq!(matrix.rows().nth(2), Some([0.0, 1.0, 0.5].as_slice()));
/// assert!(matrix.cohen_kappa(KappaWeights::Quadratic)? > 0.5);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ConfusionMatrix {
    classes: usize,
    cells: Vec<f64>,
    counts: ClassCounts,
}

/// What the cells of a normalised confusion matrix are shares of, as scikit-learn's `normalize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Normalize {
    /// Of the items of the actual class: each row sums to 1.
    Actual,
    /// Of the items predicted as the class: each column sums to 1.
    Predicted,
    /// Of all items.
    All,
}

impl ConfusionMatrix {
    /// For labels from 0 to `classes` − 1.
    pub fn new(classes: usize) -> Self {
        Self { classes, cells: vec![0.0; classes * classes], counts: ClassCounts::new(classes) }
    }

    /// Adds a batch of labels and predicted labels; `weights`: one an item, `None`: all count 1.
    ///
    /// # Errors
    /// Lists that differ in length, a label that is no class, a weight below 0 or not finite. Nothing is added then.
    pub fn add(
        &mut self,
        y_true: &[u32],
        y_pred: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<(), MetricError> {
        let weights = batch(y_true, y_pred, self.classes, weights)?;
        for (item, (&actual, &predicted)) in y_true.iter().zip(y_pred).enumerate() {
            self.add_item(actual as usize, predicted as usize, weights.at(item));
        }
        Ok(())
    }

    fn add_item(&mut self, actual: usize, predicted: usize, weight: f64) {
        self.cells[actual * self.classes + predicted] += weight;
        self.counts.add_item(actual, predicted, weight);
    }

    /// Adds what another one has counted.
    ///
    /// # Errors
    /// [`MetricError::Merge`] when it has another number of classes.
    pub fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        self.counts.merge(&other.counts)?;
        for (own, other) in self.cells.iter_mut().zip(&other.cells) {
            *own += other;
        }
        Ok(())
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Weight of the items of class `actual` that were predicted as `predicted`; `None` for what is no class.
    pub fn get(&self, actual: usize, predicted: usize) -> Option<f64> {
        let known = actual < self.classes && predicted < self.classes;
        known.then(|| self.cells[actual * self.classes + predicted])
    }

    /// The cells, one row an actual class.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.cells.chunks(self.classes.max(1))
    }

    /// The cells as shares, `[classes, classes]`, row-major; 0 in a row or column without items.
    pub fn normalized(&self, by: Normalize) -> Vec<f64> {
        let classes = self.counts.classes();
        let all: f64 = self.cells.iter().sum();
        let share = |(cell, &weight): (usize, &f64)| {
            let of = match by {
                Normalize::Actual => classes[cell / self.classes].actual,
                Normalize::Predicted => classes[cell % self.classes].predicted,
                Normalize::All => all,
            };
            if of == 0.0 { 0.0 } else { weight / of }
        };
        self.cells.iter().enumerate().map(share).collect()
    }

    /// The counts of each class, which have the scores: `matrix.counts().f1(Average::Macro)`.
    pub fn counts(&self) -> &ClassCounts {
        &self.counts
    }

    /// Cohen's kappa over all classes, those without items included (scikit-learn's `labels=range(classes)`): agreement
    /// beyond chance, 1 at best, 0 for chance. Larger is better.
    ///
    /// # Errors
    /// [`MetricError::NoWeight`] when nothing was added, [`MetricError::Undefined`] when chance agrees always.
    pub fn cohen_kappa(&self, weights: KappaWeights) -> Result<f64, MetricError> {
        kappa(&self.cells, self.counts.classes(), weights)
    }
}
