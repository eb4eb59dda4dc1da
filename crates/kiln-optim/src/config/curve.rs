//! What the shapes of schedules are told beside their numbers.

use serde::{Deserialize, Serialize};

/// How the height of the cycles of a cyclic schedule changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CycleMode {
    /// Not at all.
    #[default]
    Triangular,
    /// Halved after each cycle.
    Triangular2,
    /// Times `gamma` per epoch, at every step.
    ExpRange,
}

/// The line from one rate to another, t going from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anneal {
    /// Half a cosine.
    #[default]
    Cosine,
    /// Straight.
    Linear,
    /// `1 − √t` (Hägele et al. 2024).
    Sqrt,
}

/// What the threshold of a plateau schedule is measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdMode {
    /// A share of the best value.
    #[default]
    Rel,
    /// The unit of the metric.
    Abs,
}
