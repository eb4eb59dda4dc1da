//! What an ensemble is.

use std::path::PathBuf;

use crate::measured::Evaluation;
use crate::run::EnsembleRecord;

/// What an ensemble is, and how good.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EnsembleReport {
    /// Its folder.
    pub run: PathBuf,
    /// Its runs and their weights, and what chose them.
    pub record: EnsembleRecord,
    /// How good the weighted mean is on the test part, where that was looked at.
    pub test: Option<Evaluation>,
    /// Seconds of all trainings together, where they were made for it.
    pub seconds: Option<f64>,
}
