//! Time that goes faster and slower.

use kiln_core::{Range, Seed, check};
use serde::{Deserialize, Serialize};

use super::kind::SeriesKind;
use super::resample::resampled;
use crate::AugmentError;
use crate::schema::JsonSchema;

/// Lets time go faster and slower: speeds that are normal around 1 at some knots, on lines between them; the whole takes as long as before (Um and others, 2017, who have
/// cubic splines in place of lines).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TimeWarpConfig { sigma: 0.1, knots: 3 })]
pub struct TimeWarpConfig {
    /// Standard deviation of the speeds, at least 0; none goes below a tenth. Default 0.2.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub sigma: f64,
    /// Knots between the first and the last step, at least 1. Default 4.
    #[schemars(range(min = 1))]
    pub knots: usize,
}

/// The slowest that time goes.
const SLOWEST: f64 = 0.1;

impl Default for TimeWarpConfig {
    fn default() -> Self {
        Self { sigma: 0.2, knots: 4 }
    }
}

impl TimeWarpConfig {
    /// The time at each step, in steps; it begins with 0 and ends with the last one.
    fn times(&self, steps: usize, seed: Seed) -> Vec<f64> {
        let last = (steps - 1) as f64;
        let speeds: Vec<f64> = (0..self.knots as u64 + 2)
            .map(|knot| (1.0 + seed.normal(knot) * self.sigma).max(SLOWEST))
            .collect();
        let speed = |step: f64| {
            let place = step / last * (speeds.len() - 1) as f64;
            let before = (place.floor() as usize).min(speeds.len() - 2);
            speeds[before] + (speeds[before + 1] - speeds[before]) * (place - before as f64)
        };
        let mut times = vec![0.0];
        for step in 1..steps {
            times.push(times[step - 1] + speed(step as f64 - 0.5));
        }
        let stretch = last / times[steps - 1];
        times.iter_mut().for_each(|time| *time *= stretch);
        times
    }
}

impl SeriesKind for TimeWarpConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::at_least(0.0).check(&format!("{place}.sigma"), self.sigma)?;
        check::at_least(&format!("{place}.knots"), self.knots, 1)?;
        Ok(())
    }

    fn change(&self, numbers: Vec<f32>, steps: usize, seed: Seed) -> Vec<f32> {
        if steps < 2 {
            return numbers;
        }
        let times = self.times(steps, seed);
        resampled(&numbers, steps, |step| times[step])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_from_the_first_step_to_the_last() {
        for seed in 0..50 {
            let times = TimeWarpConfig { sigma: 1.0, knots: 3 }.times(20, Seed::new(seed));
            assert!(times.is_sorted_by(|a, b| a < b) && times[0] == 0.0);
            assert!((times[19] - 19.0).abs() < 1e-9);
        }
        let straight = TimeWarpConfig { sigma: 0.0, knots: 2 }.times(5, Seed::new(0));
        assert!(straight.iter().zip(0..).all(|(time, step)| (time - f64::from(step)).abs() < 1e-12));
    }
}
