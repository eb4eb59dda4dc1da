//! What happened in each epoch.

use serde::{Deserialize, Serialize};

use crate::Metrics;

/// One epoch, as it is written to `metrics.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Number of the line, from 0, without gaps.
    pub seq: u64,
    /// Number of the epoch, from 1.
    pub epoch: u64,
    /// Optimiser steps done so far.
    pub step: u64,
    /// Learning rate of the last step.
    pub lr: f64,
    /// Training loss over the epoch (mean over the items, as seen during the epoch), and the penalty at its end.
    pub train: Metrics,
    /// Metrics over the validation part; none when there is no such part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Metrics>,
    /// Whether these are the best weights so far.
    pub best: bool,
    /// Wall-clock seconds of the epoch with its validation. The one field that differs between equal runs.
    pub seconds: f64,
}

/// All epochs of a run, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History {
    /// The records.
    pub epochs: Vec<EpochRecord>,
}

impl History {
    /// The newest epoch.
    pub fn last(&self) -> Option<&EpochRecord> {
        self.epochs.last()
    }

    /// The epoch with the best weights, by the monitored metric.
    pub fn best(&self) -> Option<&EpochRecord> {
        self.epochs.iter().rev().find(|record| record.best)
    }
}
