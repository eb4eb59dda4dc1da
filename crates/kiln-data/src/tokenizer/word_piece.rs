//! WordPiece.

use kiln_core::{NumberError, check};
use serde::{Deserialize, Serialize};

use super::kind::TokenizerKind;
use super::problem::TokenizerError;
use super::subwords::Subwords;
use super::trained::{Tokenizer, Trained};
use crate::schema::JsonSchema;

/// WordPiece, as BERT has it (Devlin and others 2018): words and signs, cut into the longest pieces that are known. Needs the feature
/// `tokenizers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = WordPieceConfig { vocabulary: 2000, ..WordPieceConfig::default() })]
pub struct WordPieceConfig {
    /// Whether all letters become small, without their accents. Default true.
    pub lower: bool,
    /// How often a pair must come in the training part to become a piece, at least 1. Default 2.
    #[schemars(range(min = 1))]
    pub min_count: usize,
    /// How many pieces there are at most, at least 1. The characters of the training part are there however many they are. Default 8000.
    #[schemars(range(min = 1))]
    pub vocabulary: usize,
}

impl Default for WordPieceConfig {
    fn default() -> Self {
        Self { lower: true, min_count: 2, vocabulary: 8000 }
    }
}

impl TokenizerKind for WordPieceConfig {
    fn check(&self, place: &str) -> Result<(), NumberError> {
        check::at_least(&format!("{place}.min_count"), self.min_count, 1)?;
        check::at_least(&format!("{place}.vocabulary"), self.vocabulary, 1).map(|_| ())
    }

    fn train(&self, texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError> {
        let tokenizer = Subwords::word_piece(self.lower, self.min_count, self.vocabulary, texts)?;
        Ok(Trained::Subwords { tokenizer }.into())
    }
}
