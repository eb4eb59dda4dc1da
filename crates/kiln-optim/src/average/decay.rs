//! How much of an average stays at each update.

use kiln_core::{NumberError, Range};

use crate::EmaConfig;

/// How much of an average stays at an update.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decay {
    /// All weights count the same.
    Mean,
    /// Always as much.
    Constant(f64),
    /// Less at first: `1 − (1 + t / gamma)^−power`, within bounds.
    Rising { gamma: f64, power: f64, least: f64, most: f64 },
}

impl Decay {
    pub(super) fn exponential(ema: &EmaConfig) -> Result<Self, NumberError> {
        let most = Range::UNIT.check("average.decay", ema.decay)?;
        let least = Range::UNIT.check("average.min_decay", ema.min_decay)?;
        let gamma = Range::POSITIVE.check("average.warmup_gamma", ema.warmup_gamma)?;
        let power = Range::POSITIVE.check("average.warmup_power", ema.warmup_power)?;
        Ok(if ema.warmup { Self::Rising { gamma, power, least, most } } else { Self::Constant(most) })
    }

    /// The share of the old average behind `updates` updates.
    pub(super) fn keep(&self, updates: u64) -> f64 {
        let t = updates as f64;
        match *self {
            _ if updates == 0 => 0.0,
            Self::Mean => t / (t + 1.0),
            Self::Constant(decay) => decay,
            Self::Rising { gamma, power, least, most } => {
                (1.0 - (1.0 + t / gamma).powf(-power)).min(most).max(least)
            }
        }
    }
}
