//! What every kind of tokeniser says of itself.

use std::fmt::Debug;

use kiln_core::NumberError;

use super::problem::TokenizerError;
use super::trained::Tokenizer;

/// The settings of one kind of tokeniser.
pub trait TokenizerKind: Debug {
    /// Checks the settings; `place` is where they stand, such as `data.tokenizer`.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    fn check(&self, place: &str) -> Result<(), NumberError>;

    /// Learns from texts which tokens there are.
    ///
    /// # Errors
    /// [`TokenizerError`] for texts without a token that is to be known.
    fn train(&self, texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError>;
}
