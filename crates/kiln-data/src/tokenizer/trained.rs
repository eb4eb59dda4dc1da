//! A tokeniser that knows its tokens.

use kiln_cell::token::{cased, characters, words};
use serde::{Deserialize, Serialize};

use super::ids::{FIRST, UNKNOWN};
use super::subwords::Subwords;
use super::vocabulary::Vocabulary;
use crate::preprocess::TextTokens;

/// A trained tokeniser: [`TokenizerConfig::train`](super::TokenizerConfig::train) makes one. It is stored beside the weights of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tokenizer(pub(super) Trained);

/// What a tokeniser is, kind by kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Trained {
    Words { lower: bool, vocabulary: Vocabulary },
    Characters { lower: bool, vocabulary: Vocabulary },
    Bytes,
    Subwords { tokenizer: Subwords },
}

impl From<Trained> for Tokenizer {
    fn from(trained: Trained) -> Self {
        Self(trained)
    }
}

impl Tokenizer {
    /// The ids of the tokens of a text, in their order: 1 for a token that is not known, from 2 on for others. An empty text has none.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let known = |vocabulary: &Vocabulary, token: &str| vocabulary.id(token).unwrap_or(UNKNOWN);
        match &self.0 {
            Trained::Words { lower, vocabulary } => {
                words(&cased(text, *lower)).map(|word| known(vocabulary, word)).collect()
            }
            Trained::Characters { lower, vocabulary } => {
                characters(&cased(text, *lower)).map(|character| known(vocabulary, character)).collect()
            }
            Trained::Bytes => text.bytes().map(|byte| FIRST + u32::from(byte)).collect(),
            Trained::Subwords { tokenizer } => tokenizer.encode(text),
        }
    }

    /// Pieces of words: the ids of a text, each with the bytes of the text that it stands for, which are together all of them. `None` for other tokens.
    pub(crate) fn sized(&self, text: &str) -> Option<Vec<(u32, u32)>> {
        match &self.0 {
            Trained::Subwords { tokenizer } => Some(tokenizer.sized(text)),
            _ => None,
        }
    }

    /// The bytes of a piece of a word, where they do not depend on what comes before it.
    pub(crate) fn bytes(&self, id: u32) -> Option<Vec<u8>> {
        match &self.0 {
            Trained::Subwords { tokenizer } => tokenizer.bytes(id),
            _ => None,
        }
    }

    /// A text of these tokens. Words have a space between them, an unknown token is `�`, and padding is nothing. Of pieces of words it is what the
    /// package `tokenizers` makes.
    pub fn decode(&self, ids: &[u32]) -> String {
        let token = |vocabulary: &Vocabulary, id: u32| match id {
            UNKNOWN => Some("\u{fffd}".to_owned()),
            id => vocabulary.token(id).map(str::to_owned),
        };
        let tokens = |vocabulary: &Vocabulary| -> Vec<String> {
            ids.iter().filter_map(|&id| token(vocabulary, id)).collect()
        };
        match &self.0 {
            Trained::Words { vocabulary, .. } => tokens(vocabulary).join(" "),
            Trained::Characters { vocabulary, .. } => tokens(vocabulary).concat(),
            Trained::Bytes => {
                let bytes = ids.iter().filter_map(|id| u8::try_from(id.checked_sub(FIRST)?).ok());
                String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
            }
            Trained::Subwords { tokenizer } => tokenizer.decode(ids),
        }
    }

    /// How many ids there are, padding and the unknown token among them: the rows of an embedding.
    pub fn vocabulary(&self) -> usize {
        FIRST as usize
            + match &self.0 {
                Trained::Words { vocabulary, .. } | Trained::Characters { vocabulary, .. } => {
                    vocabulary.len()
                }
                Trained::Bytes => 256,
                Trained::Subwords { tokenizer } => tokenizer.len(),
            }
    }

    /// What the tokens are, as a plain record.
    pub(crate) fn steps(&self) -> TextTokens {
        match &self.0 {
            Trained::Words { lower, vocabulary } => {
                TextTokens::Words { lower: *lower, known: vocabulary.clone().into() }
            }
            Trained::Characters { lower, vocabulary } => {
                TextTokens::Characters { lower: *lower, known: vocabulary.clone().into() }
            }
            Trained::Bytes => TextTokens::Bytes,
            Trained::Subwords { .. } => TextTokens::Pieces,
        }
    }

    /// What the tokens are, in a word: `words`.
    pub fn name(&self) -> &'static str {
        match &self.0 {
            Trained::Words { .. } => "words",
            Trained::Characters { .. } => "characters",
            Trained::Bytes => "bytes",
            Trained::Subwords { .. } => "pieces",
        }
    }

    /// Whether training can have made this.
    pub(crate) fn is_sound(&self) -> bool {
        match &self.0 {
            Trained::Words { vocabulary, .. } | Trained::Characters { vocabulary, .. } => {
                vocabulary.is_sound()
            }
            Trained::Bytes | Trained::Subwords { .. } => true,
        }
    }
}
