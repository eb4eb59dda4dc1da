//! How good the weights of a run are.

use std::path::PathBuf;

use kiln_core::Metrics;
use kiln_data::Unseen;
use serde::Serialize;

use super::part::Part;
use crate::run::KeptDecision;

/// How good the best weights of a run are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// What was measured.
    pub of: Measured,
    /// How many items.
    pub items: usize,
    /// Their metrics. For classes, beside those of the training: `balanced_accuracy`, `roc_auc` and `average_precision` (of more
    /// than two classes `roc_auc_ovr` and `average_precision_ovr`, the means over the classes), `brier`, `ece`; under
    /// scikit-learn's definitions, and NaN where one is not defined.
    pub metrics: Metrics,
    /// Wilson's 95 % interval of the accuracy; `None` for numbers, and where items have weights.
    pub accuracy_interval: Option<[f64; 2]>,
    /// The classes, if the target is classes.
    pub classes: Option<Vec<String>>,
    /// The scores of each class that occurs, actual or predicted. Empty for numbers.
    pub per_class: Vec<ClassReport>,
    /// Counts of the items, actual by predicted. `None` for numbers.
    pub confusion: Option<Vec<Vec<u64>>>,
    /// The temperature and the threshold that were used, where the run keeps any.
    pub decision: Option<KeptDecision>,
    /// Cells with a category that the training part did not have.
    pub unseen: Vec<Unseen>,
    /// What is wrong with checkpoints that were passed over: older weights than those of the newest one were measured.
    pub passed_over: Vec<String>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measured {
    /// A part of the data that the run was trained on.
    Part(Part),
    /// All items of other data.
    File {
        /// Where they are.
        path: PathBuf,
        /// Items that were left out, because they have no target.
        skipped: usize,
    },
}

/// The scores of one class: a row of scikit-learn's `classification_report`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassReport {
    /// The class.
    pub class: String,
    /// Share of the predictions of this class that are right.
    pub precision: f64,
    /// Share of the items of this class that are found.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Weight of the items of this class: their number, where there are no weights.
    pub support: f64,
}
