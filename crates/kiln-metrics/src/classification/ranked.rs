//! Two classes, counted from the highest score down: what ROC and precision-recall curves are made of.

use crate::weights::Weights;
use crate::{MetricError, check};

/// Weights of the items at or above each score that occurs, from the highest score down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranked {
    pub(super) thresholds: Vec<f64>,
    /// Weight of class 1 at or above the threshold.
    pub(super) true_positives: Vec<f64>,
    /// Weight of class 0 at or above the threshold.
    pub(super) false_positives: Vec<f64>,
}

impl Ranked {
    /// Sorts once: O(n log n). Items of weight 0 give no threshold, as in scikit-learn.
    pub(super) fn of(y_true: &[u32], y_score: &[f64], weights: Option<&[f64]>) -> Result<Self, MetricError> {
        let items = check::same_length(y_true, "y_score", y_score)?;
        check::labels("y_true", y_true, 2)?;
        check::finite("y_score", y_score)?;
        let weights = Weights::of(weights, items)?;
        let item = |item: usize| (y_score[item], y_true[item] == 1, weights.at(item));
        let mut sorted: Vec<(f64, bool, f64)> =
            (0..items).map(item).filter(|(_, _, weight)| *weight > 0.0).collect();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));

        let mut ranked =
            Self { thresholds: Vec::new(), true_positives: Vec::new(), false_positives: Vec::new() };
        let (mut positives, mut negatives) = (0.0, 0.0);
        for (at, &(score, positive, weight)) in sorted.iter().enumerate() {
            *(if positive { &mut positives } else { &mut negatives }) += weight;
            // Items of one score stand or fall together; 0 and −0 are one score.
            if sorted.get(at + 1).is_none_or(|next| next.0 != score) {
                ranked.thresholds.push(score);
                ranked.true_positives.push(positives);
                ranked.false_positives.push(negatives);
            }
        }
        Ok(ranked)
    }

    /// Weight of class 1.
    pub(super) fn positives(&self, metric: &'static str) -> Result<f64, MetricError> {
        last(&self.true_positives).ok_or(MetricError::MissingClass { metric, class: 1 })
    }

    /// Weight of class 0.
    pub(super) fn negatives(&self, metric: &'static str) -> Result<f64, MetricError> {
        last(&self.false_positives).ok_or(MetricError::MissingClass { metric, class: 0 })
    }
}

fn last(sums: &[f64]) -> Option<f64> {
    sums.last().copied().filter(|&sum| sum > 0.0)
}
