//! Byte pair encoding.

use kiln_core::{NumberError, check};
use serde::{Deserialize, Serialize};

use super::kind::TokenizerKind;
use super::problem::TokenizerError;
use super::subwords::Subwords;
use super::trained::{Tokenizer, Trained};
use crate::schema::JsonSchema;

/// Byte pair encoding of bytes (Sennrich, Haddow and Birch 2016; GPT-2): the pair of pieces that comes most often becomes a piece, again and
/// again. Nothing is unknown. Needs the feature `tokenizers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = BpeConfig { vocabulary: 2000, ..BpeConfig::default() })]
pub struct BpeConfig {
    /// Whether all letters become small. Default false.
    pub lower: bool,
    /// How often a pair must come in the training part to become a piece, at least 1. Default 2.
    #[schemars(range(min = 1))]
    pub min_count: usize,
    /// How many pieces there are at most, the 256 bytes among them; at least 256. Default 8000.
    #[schemars(range(min = 256))]
    pub vocabulary: usize,
}

impl Default for BpeConfig {
    fn default() -> Self {
        Self { lower: false, min_count: 2, vocabulary: 8000 }
    }
}

impl TokenizerKind for BpeConfig {
    fn check(&self, place: &str) -> Result<(), NumberError> {
        check::at_least(&format!("{place}.min_count"), self.min_count, 1)?;
        check::at_least(&format!("{place}.vocabulary"), self.vocabulary, 256).map(|_| ())
    }

    fn train(&self, texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError> {
        let tokenizer = Subwords::bpe(self.lower, self.min_count, self.vocabulary, texts)?;
        Ok(Trained::Subwords { tokenizer }.into())
    }
}
