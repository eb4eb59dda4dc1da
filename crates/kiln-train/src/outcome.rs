//! How training ended.

use serde::{Deserialize, Serialize};

use kiln_ranks::RanksError;

use crate::{History, TrainError};

/// Why training stopped, when nothing failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
#[non_exhaustive]
pub enum Stop {
    /// All epochs, or all steps, are done.
    Finished,
    /// The monitored metric stopped improving.
    EarlyStopping {
        /// Epochs without improvement.
        patience: u64,
    },
    /// The KKT residual is within its tolerance: the optimum is reached.
    Optimal,
    /// The time limit was reached; the run can be resumed.
    TimeLimit,
    /// Somebody asked to stop; the run can be resumed.
    Interrupted,
    /// A callback stopped the run.
    Callback {
        /// What it says.
        why: String,
    },
}

impl Stop {
    /// Whether the run was cut off from outside: it is left open, and a resume goes on with it.
    pub fn can_go_on(&self) -> bool {
        matches!(self, Self::Interrupted | Self::TimeLimit)
    }

    /// The reason in one word, as it stands in `--json`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::EarlyStopping { .. } => "early-stopping",
            Self::Optimal => "optimal",
            Self::TimeLimit => "time-limit",
            Self::Interrupted => "interrupted",
            Self::Callback { .. } => "callback",
        }
    }
}

/// What training leaves behind.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<M> {
    /// The model with the best weights (the last ones when there is no validation part), in evaluation mode.
    pub model: M,
    /// Every epoch.
    pub history: History,
    /// Why it stopped.
    pub stop: Stop,
    /// Optimiser steps done.
    pub steps: u64,
    /// Wall-clock seconds, those before a resume included.
    pub seconds: f64,
    /// BLAKE3 of the last weights (not the best ones): equal for equal runs.
    pub last_weights_blake3: String,
    /// What is wrong with checkpoints that a resume passed over, the newest one first: it went on from an older one. Behind them
    /// the damage of the best weights so far, where they are lost and those from there on count. Empty where all was whole.
    pub passed_over: Vec<TrainError>,
    /// The rank that was lost, where that is why it was [interrupted](Stop::Interrupted).
    pub lost: Option<RanksError>,
}
