//! By how much the best trial of a search flatters.

use serde::Serialize;

use crate::fold::FoldRecord;

/// The score that chose the settings, beside the score of the chosen settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optimism {
    /// The metric that judged.
    pub monitor: String,
    /// The mean over the folds of the best trial's score, on the items that chose it.
    pub inner: f64,
    /// The mean score on the test items of the folds.
    pub outer: f64,
    /// By how much the first is better, in the direction that is better.
    pub optimism: f64,
}

impl Optimism {
    /// Of folds that all had a search.
    pub(super) fn of(records: &[FoldRecord]) -> Option<Self> {
        let monitor = &records.first()?.search.as_ref()?.monitor;
        let count = records.len() as f64;
        let (mut inner, mut outer) = (0.0, 0.0);
        for record in records {
            inner += record.search.as_ref()?.inner / count;
            outer += record.test.get(monitor)? / count;
        }
        let direction = records.first()?.test.direction(monitor)?;
        Some(Self { monitor: monitor.clone(), inner, outer, optimism: direction.gain(inner, outer) })
    }
}
