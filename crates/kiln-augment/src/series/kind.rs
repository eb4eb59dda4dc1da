//! What every kind of change of series says of itself.

use std::fmt::Debug;

use kiln_core::Seed;

use crate::AugmentError;

/// The settings of one kind of change of time series.
pub trait SeriesKind: Debug + Send + Sync {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.series.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    fn check(&self, place: &str) -> Result<(), AugmentError>;

    /// The numbers of a series as the model sees them, `steps` of each channel, channel by channel, changed: a function of the numbers and the seed. As many come back.
    fn change(&self, numbers: Vec<f32>, steps: usize, seed: Seed) -> Vec<f32>;
}
