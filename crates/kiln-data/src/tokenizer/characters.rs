//! Characters.

use kiln_cell::token::{cased, characters};
use kiln_core::{NumberError, check};
use serde::{Deserialize, Serialize};

use super::kind::TokenizerKind;
use super::problem::TokenizerError;
use super::trained::{Tokenizer, Trained};
use super::vocabulary::Counts;
use crate::schema::JsonSchema;

/// Characters, white space too: every Unicode scalar value is a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = CharactersConfig { min_count: 1, ..CharactersConfig::default() })]
pub struct CharactersConfig {
    /// Whether all letters become small. Default false.
    pub lower: bool,
    /// How often a character must come in the training part to be known, at least 1. Others share one id. Default 2.
    #[schemars(range(min = 1))]
    pub min_count: usize,
    /// How many characters are known at most, those that come most often; at least 1. Default 10000.
    #[schemars(range(min = 1))]
    pub vocabulary: usize,
}

impl Default for CharactersConfig {
    fn default() -> Self {
        Self { lower: false, min_count: 2, vocabulary: 10_000 }
    }
}

impl TokenizerKind for CharactersConfig {
    fn check(&self, place: &str) -> Result<(), NumberError> {
        check::at_least(&format!("{place}.min_count"), self.min_count, 1)?;
        check::at_least(&format!("{place}.vocabulary"), self.vocabulary, 1).map(|_| ())
    }

    fn train(&self, texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError> {
        let mut counts = Counts::default();
        for text in texts {
            characters(&cased(&text, self.lower)).for_each(|character| counts.add(character));
        }
        let vocabulary = counts.vocabulary(self.min_count, self.vocabulary)?;
        Ok(Trained::Characters { lower: self.lower, vocabulary }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_a_token() {
        let config = CharactersConfig { min_count: 1, ..CharactersConfig::default() };
        let tokenizer = config.train(&mut ["aé a".to_owned()].into_iter()).unwrap();
        assert_eq!(tokenizer.encode("a éA"), [2, 3, 4, 1]);
        assert_eq!(tokenizer.decode(&[2, 4, 3, 2, 0]), "aé a");
    }
}
