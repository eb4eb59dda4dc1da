//! A tokeniser that was trained elsewhere.

use kiln_core::NumberError;
use serde::{Deserialize, Serialize};

use super::file_name::FileName;
use super::kind::TokenizerKind;
use super::problem::TokenizerError;
use super::subwords::Subwords;
use super::trained::{Tokenizer, Trained};
use crate::schema::JsonSchema;

/// A tokeniser in a file `tokenizer.json`, as the package `tokenizers` of Hugging Face writes it. Nothing is learned of the texts. Special
/// tokens, padding and truncation that the file asks for are left out, and so is dropout of byte pair encoding. Needs the feature `tokenizers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = TokenizerFileConfig::new("tokenizer.json"))]
pub struct TokenizerFileConfig {
    /// The file. What is in it is kept in the checkpoint, so that a trained model does not need it.
    #[schemars(with = "String")]
    pub path: FileName,
}

impl TokenizerFileConfig {
    /// That in a file.
    pub fn new(path: &str) -> Self {
        Self { path: FileName::new(path) }
    }
}

impl TokenizerKind for TokenizerFileConfig {
    fn check(&self, _place: &str) -> Result<(), NumberError> {
        Ok(())
    }

    fn train(&self, _texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError> {
        Ok(Trained::Subwords { tokenizer: Subwords::read(self.path.path())? }.into())
    }
}
