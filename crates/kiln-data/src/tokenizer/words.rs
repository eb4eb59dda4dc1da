//! Words and signs.

use kiln_cell::token::{cased, words};
use kiln_core::{NumberError, check};
use serde::{Deserialize, Serialize};

use super::kind::TokenizerKind;
use super::problem::TokenizerError;
use super::trained::{Tokenizer, Trained};
use super::vocabulary::Counts;
use crate::schema::JsonSchema;

/// Words: letters and digits that stand together, with an apostrophe between letters. Every other sign that is no white space is a token
/// of its own, and so is every Chinese character and Japanese kana, which are written without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = WordsConfig { min_count: 1, ..WordsConfig::default() })]
pub struct WordsConfig {
    /// Whether all letters become small. Default true.
    pub lower: bool,
    /// How often a word must come in the training part to be known, at least 1. Others share one id; with 1 nothing is learned of that id,
    /// because no training text has it. Default 2.
    #[schemars(range(min = 1))]
    pub min_count: usize,
    /// How many words are known at most, those that come most often; at least 1. Default 30000.
    #[schemars(range(min = 1))]
    pub vocabulary: usize,
}

impl WordsConfig {
    /// The default: words in small letters.
    pub const SMALL: Self = Self { lower: true, min_count: 2, vocabulary: 30_000 };
}

impl Default for WordsConfig {
    fn default() -> Self {
        Self::SMALL
    }
}

impl TokenizerKind for WordsConfig {
    fn check(&self, place: &str) -> Result<(), NumberError> {
        check::at_least(&format!("{place}.min_count"), self.min_count, 1)?;
        check::at_least(&format!("{place}.vocabulary"), self.vocabulary, 1).map(|_| ())
    }

    fn train(&self, texts: &mut dyn Iterator<Item = String>) -> Result<Tokenizer, TokenizerError> {
        let mut counts = Counts::default();
        for text in texts {
            words(&cased(&text, self.lower)).for_each(|word| counts.add(word));
        }
        let vocabulary = counts.vocabulary(self.min_count, self.vocabulary)?;
        Ok(Trained::Words { lower: self.lower, vocabulary }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_words_are_known_in_the_order_of_their_counts() {
        let train = |min_count, vocabulary| {
            WordsConfig { min_count, vocabulary, lower: true }
                .train(&mut ["b a B c", "a b d"].map(str::to_owned).into_iter())
        };
        let tokenizer = train(1, 3).unwrap();
        assert_eq!(tokenizer.encode("b A c d E"), [2, 3, 4, 1, 1]);
        assert_eq!(tokenizer.vocabulary(), 5);
        assert_eq!(train(2, 9).unwrap().encode("a b c"), [3, 2, 1]);
        assert_eq!(train(4, 9).unwrap_err(), TokenizerError::AllRare { min_count: 4, most: 3 });
        let nothing = WordsConfig::default().train(&mut [" ".to_owned()].into_iter());
        assert_eq!(nothing.unwrap_err(), TokenizerError::NoTokens);
    }
}
