//! The classes that occur: a label may be large without taking memory.

use super::counts::ClassCounts;
use crate::{MetricError, check};

/// The classes that occur, rising, and their counts by position.
pub(super) fn counts(
    y_true: &[u32],
    y_pred: &[u32],
    weights: Option<&[f64]>,
) -> Result<(Vec<u32>, ClassCounts), MetricError> {
    check::same_length(y_true, "y_pred", y_pred)?;
    let present = present(y_true, y_pred);
    let mut counts = ClassCounts::new(present.len());
    counts.add(&positions(&present, y_true), &positions(&present, y_pred), weights)?;
    Ok((present, counts))
}

/// The classes that occur in either list, rising.
pub(super) fn present(y_true: &[u32], y_pred: &[u32]) -> Vec<u32> {
    let mut present: Vec<u32> = y_true.iter().chain(y_pred).copied().collect();
    present.sort_unstable();
    present.dedup();
    present
}

/// The labels as positions in `present`, which holds them all.
pub(super) fn positions(present: &[u32], labels: &[u32]) -> Vec<u32> {
    labels.iter().map(|label| present.partition_point(|other| other < label) as u32).collect()
}
