//! What every kind of embedding says of itself.

use std::fmt::Debug;

use kiln_core::NumberError;

/// The settings of one kind of embedding.
pub trait EmbeddingKind: Debug {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    fn check(&self) -> Result<(), NumberError>;

    /// How many features a number becomes.
    fn width(&self) -> usize;

    /// Which of so many numbers a feature is made of. Default: those of a number lie together.
    fn number_of(&self, feature: usize, _numbers: usize) -> usize {
        feature / self.width()
    }

    /// Whether the numbers have to be cut into bins. Default: no.
    fn needs_bins(&self) -> bool {
        false
    }

    /// How many parameters one number has, where the one that has most has so many bins; `None` for more than can be counted.
    fn parameters(&self, bins: usize) -> Option<usize>;
}
