//! Changes of time series. Each kind is a file with its settings, checks and what it does, and a line of this list.

mod kind;
mod resample;

use kiln_core::{Seed, kinds};

use crate::AugmentError;
pub use kind::SeriesKind;

kinds! {
    /// A change of a time series: a table with `kind` and the settings of that kind.
    pub enum SeriesTransform: SeriesKind {
        "jitter" => jitter::Jitter(SeriesJitterConfig),
        "scaling" => scaling::Scaling(SeriesScalingConfig),
        "time-warp" => time_warp::TimeWarp(TimeWarpConfig),
        "window-slice" => window_slice::WindowSlice(WindowSliceConfig),
    }
}

impl SeriesTransform {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.series.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    pub fn check(&self, place: &str) -> Result<(), AugmentError> {
        self.as_kind().check(place)
    }
}

/// Changes a series of so many channels, one change after the other: number `n` draws from `seed.at(n)`.
pub(crate) fn changed(
    transforms: &[SeriesTransform],
    numbers: Vec<f32>,
    channels: usize,
    seed: Seed,
) -> Vec<f32> {
    let steps = numbers.len() / channels.max(1);
    if steps == 0 {
        return numbers;
    }
    let all = transforms.iter().zip(0..);
    all.fold(numbers, |numbers, (transform, place)| {
        transform.as_kind().change(numbers, steps, seed.at(place))
    })
}
