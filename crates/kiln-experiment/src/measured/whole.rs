//! What scores of items say, put together.

use std::sync::Arc;

use kiln_core::Metrics;
use kiln_data::{Dataset, Fitted, Unseen};
use kiln_train::Scores;

use super::evaluation::{Evaluation, Measured};
use super::items::ScoredItems;
use super::measure;
use super::scored::Classified;
use crate::error::ExperimentError;
use crate::run::KeptDecision;

/// Scores that keep what was said of each item, and what they are of.
pub(crate) struct Whole {
    pub(crate) of: Measured,
    pub(crate) scores: Scores,
    pub(crate) dataset: Arc<Dataset>,
    /// The items in it.
    pub(crate) rows: Vec<usize>,
    /// The preprocessing that they went through.
    pub(crate) fitted: Arc<Fitted>,
    /// The decision that the run keeps.
    pub(crate) kept: Option<KeptDecision>,
    pub(crate) unseen: Vec<Unseen>,
    pub(crate) passed_over: Vec<String>,
}

impl Whole {
    /// The metrics, and what was said of each item.
    pub(crate) fn evaluation(self) -> Result<(Evaluation, ScoredItems), ExperimentError> {
        let Self { of, scores, dataset, rows, fitted, kept, unseen, passed_over } = self;
        let items = rows.len();
        let mut metrics: Metrics = scores.metrics();
        let decision = kept.as_ref().map(KeptDecision::decision).unwrap_or_default();
        let said = ScoredItems::of(&scores, dataset, rows, &fitted, decision);
        let found = fitted.class_names().map(|names| {
            measure::measure(&Classified::of(&scores, names.len()), names, decision, &mut metrics)
        });
        let (per_class, confusion, accuracy_interval) = match found.transpose()? {
            Some(found) => (found.per_class, Some(found.confusion), found.accuracy_interval),
            None => Default::default(),
        };
        let classes = fitted.class_names().map(<[String]>::to_vec);
        let evaluation = Evaluation {
            of,
            items,
            metrics,
            accuracy_interval,
            classes,
            per_class,
            confusion,
            decision: kept,
            unseen,
            passed_over,
        };
        Ok((evaluation, said))
    }
}
