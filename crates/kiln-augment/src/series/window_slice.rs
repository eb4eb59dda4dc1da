//! A part of a series in place of the whole.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::SeriesKind;
use super::resample::resampled;
use crate::AugmentError;
use crate::schema::JsonSchema;

/// Takes a part of the series, at random, and stretches it to as many steps as before (Le Guennec, Malinowski and Tavenard: Data augmentation for time series classification,
/// 2016).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = WindowSliceConfig { share: 0.8 })]
pub struct WindowSliceConfig {
    /// The share of the time that is taken, `[0.1, 1]`. Default 0.9.
    #[schemars(transform = Range::between(0.1, 1.0).bounds())]
    pub share: f64,
}

impl Default for WindowSliceConfig {
    fn default() -> Self {
        Self { share: 0.9 }
    }
}

impl SeriesKind for WindowSliceConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::between(0.1, 1.0).check(&format!("{place}.share"), self.share)?;
        Ok(())
    }

    fn change(&self, numbers: Vec<f32>, steps: usize, seed: Seed) -> Vec<f32> {
        if steps < 2 {
            return numbers;
        }
        let start = seed.uniform(0) * (1.0 - self.share) * (steps - 1) as f64;
        resampled(&numbers, steps, |step| start + self.share * step as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_stretched_over_all_steps() {
        let line: Vec<f32> = (0..11).map(|step| step as f32).collect();
        for seed in 0..20 {
            let numbers = WindowSliceConfig { share: 0.5 }.change(line.clone(), 11, Seed::new(seed));
            assert!((numbers[10] - numbers[0] - 5.0).abs() < 1e-5);
            assert!(numbers[0] >= 0.0 && numbers[10] <= 10.0);
        }
        let whole = WindowSliceConfig { share: 1.0 }.change(line.clone(), 11, Seed::new(0));
        assert_eq!(whole, line);
    }
}
