//! The line from one rate to another.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// The line from one rate to another, t going from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Anneal {
    /// Half a cosine.
    #[default]
    Cosine,
    /// Straight.
    Linear,
    /// `1 − √t` (Hägele et al. 2024).
    Sqrt,
}

impl Anneal {
    /// The value at the share `t` of the way.
    pub(crate) fn between(self, from: f64, to: f64, t: f64) -> f64 {
        match self {
            Self::Cosine => cosine(from, to, t),
            Self::Linear => from + (to - from) * t,
            Self::Sqrt => to + (from - to) * (1.0 - t.sqrt()),
        }
    }
}

/// Half a cosine from `from` (t = 0) to `to` (t = 1).
pub(crate) fn cosine(from: f64, to: f64, t: f64) -> f64 {
    to + (from - to) / 2.0 * (1.0 + (PI * t).cos())
}

/// The share of a stretch of `total` steps that lies behind `step`, 1 from its end on.
pub(crate) fn share(step: u64, total: u64) -> f64 {
    if step >= total { 1.0 } else { step as f64 / total as f64 }
}
