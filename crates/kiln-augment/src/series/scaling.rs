//! A factor for each channel.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::SeriesKind;
use crate::AugmentError;
use crate::schema::JsonSchema;

/// Multiplies each channel by a number that is normal around 1 (Um and others, 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = SeriesScalingConfig { sigma: 0.2 })]
pub struct SeriesScalingConfig {
    /// Standard deviation of the factors, at least 0. Default 0.1.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub sigma: f64,
}

impl Default for SeriesScalingConfig {
    fn default() -> Self {
        Self { sigma: 0.1 }
    }
}

impl SeriesKind for SeriesScalingConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::at_least(0.0).check(&format!("{place}.sigma"), self.sigma)?;
        Ok(())
    }

    fn change(&self, mut numbers: Vec<f32>, steps: usize, seed: Seed) -> Vec<f32> {
        for (channel, place) in numbers.chunks_exact_mut(steps).zip(0..) {
            let factor = (1.0 + seed.normal(place) * self.sigma) as f32;
            channel.iter_mut().for_each(|number| *number *= factor);
        }
        numbers
    }
}
