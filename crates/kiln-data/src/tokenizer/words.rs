//! Words and signs.

use std::borrow::Cow;

use kiln_core::{NumberError, check};
use serde::{Deserialize, Serialize};

use super::trained::{Tokenizer, Trained};
use super::vocabulary::Counts;
use super::{TokenizerError, TokenizerKind};
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

/// A text in small letters, where that is asked for.
pub(super) fn cased(text: &str, lower: bool) -> Cow<'_, str> {
    if lower { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

/// The words and signs of a text in their order.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_space);
        let first = rest.chars().next()?;
        let length = if is_joined(first) { joined(rest) } else { first.len_utf8() };
        let (word, others) = rest.split_at(length);
        rest = others;
        Some(word)
    })
}

/// The length of the word that a text begins with.
fn joined(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((place, sign)) = chars.next() {
        let is_inner = matches!(sign, '\'' | '’') && chars.peek().is_some_and(|(_, next)| is_joined(*next));
        if !is_joined(sign) && !is_inner {
            return place;
        }
    }
    text.len()
}

fn is_space(sign: char) -> bool {
    sign.is_whitespace() || sign.is_control() || matches!(sign, '\u{200b}' | '\u{feff}')
}

/// Whether a character is a part of a word: a letter, a digit, a mark on one of them. Not one that is a token of its own.
fn is_joined(sign: char) -> bool {
    let is_part = sign.is_alphanumeric()
        || matches!(sign, '_' | '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
        // The marks of Indic scripts that join two consonants.
        || matches!(sign, '\u{94d}' | '\u{9cd}' | '\u{a4d}' | '\u{acd}' | '\u{b4d}' | '\u{bcd}' | '\u{c4d}' | '\u{ccd}' | '\u{d4d}');
    let is_alone = matches!(
        sign,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{2fa1f}'
    );
    is_part && !is_alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_are_told_apart() {
        let found = |text| words(text).collect::<Vec<_>>();
        assert_eq!(found("Don't stop,  me-now!"), ["Don't", "stop", ",", "me", "-", "now", "!"]);
        assert_eq!(found("'quoted' l’été x_1 3.5"), ["'", "quoted", "'", "l’été", "x_1", "3", ".", "5"]);
        assert_eq!(found("東京へ行く 😀ok"), ["東", "京", "へ", "行", "く", "😀", "ok"]);
        assert_eq!(found("हिन्दी e\u{301}a\u{0}b\u{feff}"), ["हिन्दी", "e\u{301}a", "b"]);
        assert!(found(" \t\r\n\u{a0}").is_empty());
    }

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
