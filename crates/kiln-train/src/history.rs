//! What happened in each epoch.

use kiln_core::EpochRecord;
use serde::{Deserialize, Serialize};

/// All epochs of a run, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
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
