//! A linear rise, then the inverse square root.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// Linear rise, then the inverse square root of the step (Vaswani et al. 2017): `lr · √w · min(s / w^1.5, 1 / √s)` at the update
/// number s from 1, w the steps of the rise: `lr` is the highest rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { rise: 4.0, model_size: None })]
pub struct NoamShape {
    /// Epochs of the rise, greater than 0.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub rise: f64,
    /// With a width d, at least 1, the rate is the paper's, `lr · min(s / w^1.5, 1 / √s) / √d`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub model_size: Option<u64>,
}

impl NoamShape {
    /// A rise of so many epochs.
    pub fn new(rise: f64) -> Self {
        Self { rise, model_size: None }
    }
}

impl ScheduleKind for NoamShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let rise = stretch.length("rise", self.rise)? as f64;
        let top = match self.model_size {
            Some(width) => base / (stretch.at_least_one("model_size", width)? as f64 * rise).sqrt(),
            None => base,
        };
        Ok(Box::new(Noam { top, rise }))
    }
}

/// A straight rise to `top` at update number `rise` (from 1), then `top · √(rise / update)`.
#[derive(Debug)]
struct Noam {
    top: f64,
    /// Steps, at least 1.
    rise: f64,
}

impl Schedule for Noam {
    fn at(&self, step: u64) -> f64 {
        let update = step as f64 + 1.0;
        self.top * (update / self.rise).min((self.rise / update).sqrt())
    }
}
