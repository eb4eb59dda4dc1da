//! The bytes of UTF-8.

use kiln_core::NumberError;
use serde::{Deserialize, Serialize};

use super::kind::TokenizerKind;
use super::problem::TokenizerError;
use super::trained::{Tokenizer, Trained};
use crate::schema::JsonSchema;

/// The bytes of UTF-8: every text has an id for each, and none is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = BytesConfig {})]
pub struct BytesConfig {}

impl TokenizerKind for BytesConfig {
    fn check(&self, _place: &str) -> Result<(), NumberError> {
        Ok(())
    }

    fn train(&self, texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError> {
        for text in texts {
            if !text.is_empty() {
                return Ok(Trained::Bytes.into());
            }
        }
        Err(TokenizerError::NoTokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_id() {
        let tokenizer = BytesConfig {}.train(&mut ["x".to_owned()].into_iter()).unwrap();
        assert_eq!(tokenizer.encode("aé"), [99, 197, 171]);
        assert_eq!(tokenizer.decode(&[99, 197, 171]), "aé");
        assert_eq!(tokenizer.vocabulary(), 258);
        assert_eq!(BytesConfig {}.train(&mut [String::new()].into_iter()), Err(TokenizerError::NoTokens));
    }
}
