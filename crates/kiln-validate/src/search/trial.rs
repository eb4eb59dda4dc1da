//! What became of a trial.

use serde::{Deserialize, Serialize};

use super::space::Assignment;

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It ran to its end.
    Done,
    /// A pruner gave it up.
    Pruned,
    /// It failed: it diverged, or its settings do not fit together.
    Failed,
}

/// A trial that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trial {
    /// The number, from 0.
    pub number: u64,
    /// What it tried.
    pub params: Assignment,
    /// How it ended.
    pub state: State,
    /// The objective; of a trial that was pruned, the best value that it reported; of one that failed, none.
    pub value: Option<f64>,
    /// What it reported on the way: step (an epoch, from 1) and value.
    #[serde(default)]
    pub reports: Vec<(u64, f64)>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Wall-clock seconds. The one field that differs between equal studies.
    #[serde(default)]
    pub seconds: f64,
}
