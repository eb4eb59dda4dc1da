//! What became of a trial.

use kiln_core::larger_is_better;
use serde::{Deserialize, Serialize};

use super::space::Assignment;

/// Whether small or large values of the objective are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Small values: a loss.
    Minimise,
    /// Large values: an accuracy.
    Maximise,
}

impl Direction {
    /// The direction in which the metric called `metric` gets better: see [`larger_is_better`].
    pub fn of(metric: &str) -> Self {
        if larger_is_better(metric) { Self::Maximise } else { Self::Minimise }
    }

    /// The value as a loss: smaller is better.
    pub(crate) fn loss(self, value: f64) -> f64 {
        match self {
            Self::Minimise => value,
            Self::Maximise => -value,
        }
    }
}

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
