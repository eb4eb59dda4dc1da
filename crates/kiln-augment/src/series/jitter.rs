//! Normal noise.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::SeriesKind;
use crate::AugmentError;
use crate::schema::JsonSchema;

/// Normal noise on every number (Um and others: Data augmentation of wearable sensor data, 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = SeriesJitterConfig { sigma: 0.1 })]
pub struct SeriesJitterConfig {
    /// Standard deviation of the noise, at least 0, in units of the scaled numbers. Default 0.03.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub sigma: f64,
}

impl Default for SeriesJitterConfig {
    fn default() -> Self {
        Self { sigma: 0.03 }
    }
}

impl SeriesKind for SeriesJitterConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::at_least(0.0).check(&format!("{place}.sigma"), self.sigma)?;
        Ok(())
    }

    fn change(&self, mut numbers: Vec<f32>, _steps: usize, seed: Seed) -> Vec<f32> {
        for (number, place) in numbers.iter_mut().zip(0..) {
            *number += (seed.normal(place) * self.sigma) as f32;
        }
        numbers
    }
}
