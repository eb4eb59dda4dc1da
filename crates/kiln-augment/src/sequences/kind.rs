//! What every kind of change of tokens says of itself.

use std::fmt::Debug;

use kiln_core::Seed;

use crate::AugmentError;

/// The settings of one kind of change of tokens.
pub trait TokenKind: Debug + Send + Sync {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.tokens.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    fn check(&self, place: &str) -> Result<(), AugmentError>;

    /// The tokens of a text, changed: a function of the tokens and the seed. No more come back than were given.
    fn change(&self, tokens: Vec<u32>, seed: Seed) -> Vec<u32>;
}
