//! What a run's best weights say of each item.

use std::sync::Arc;

use kiln_data::{Dataset, Fitted, Rows};
use kiln_train::{Decision, Scores};

use super::scored::Classified;
use crate::job::NetworkTask;

/// What a run's best weights say of each item that was measured. [`evaluate_items`](crate::evaluate_items) gives it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScoredItems {
    /// What the items are part of.
    pub dataset: Arc<Dataset>,
    /// The place of each item in it.
    pub rows: Vec<usize>,
    /// What was said of them, in the same order.
    pub said: Said,
    /// The weight of each item, where they have any.
    pub weights: Option<Vec<f64>>,
}

/// What a model says of items, and what is true.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Said {
    /// Of classes.
    Classes {
        /// Row-major, `[items, classes]`, before the decision of the run.
        logits: Vec<f32>,
        /// The class of each item.
        labels: Vec<u32>,
        /// How a class follows from logits.
        decision: Decision,
    },
    /// Of labels, any number of which an item has.
    Labels {
        /// Row-major, `[items, labels]`, as logits.
        logits: Vec<f64>,
        /// 0 or 1 for each.
        actual: Vec<f64>,
    },
    /// Of numbers, in the units of the data.
    Numbers {
        /// Row-major, `[items, numbers]`.
        predicted: Vec<f64>,
        /// The same of what is true.
        actual: Vec<f64>,
    },
}

impl ScoredItems {
    /// What was kept while `rows` were scored.
    pub(super) fn of(
        scores: &Scores,
        dataset: Arc<Dataset>,
        rows: Vec<usize>,
        fitted: &Fitted,
        decision: Decision,
    ) -> Self {
        let kept = scores.kept(NetworkTask::OUTPUTS).cloned().unwrap_or_default();
        let weights = kept.weights().map(<[f64]>::to_vec);
        let said = match fitted.class_names() {
            Some(names) => {
                let Classified { logits, labels, .. } = Classified::of(scores, names.len());
                Said::Classes { logits, labels, decision }
            }
            None if fitted.label_names().is_some() => {
                Said::Labels { logits: kept.predictions().to_vec(), actual: kept.targets().to_vec() }
            }
            None => Said::Numbers { predicted: kept.predictions().to_vec(), actual: kept.targets().to_vec() },
        };
        Self { dataset, rows, said, weights }
    }
}

/// The items of `rows`, before a loader takes them.
pub(crate) fn places(rows: &Rows) -> (Arc<Dataset>, Vec<usize>) {
    (Arc::clone(rows.dataset()), rows.numbers().to_vec())
}
