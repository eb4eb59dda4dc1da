//! Pieces of words, by the package `tokenizers`, and its files.

mod learn;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokenizers::Tokenizer;

use super::ids::{FIRST, UNKNOWN};
use super::problem::TokenizerError;

/// The most ids of a tokeniser.
const MOST: usize = 1 << 24;

/// A tokeniser of the package. Id `n` of its own is `n + 2` here, but for its unknown token, which is 1.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Subwords {
    /// What the package writes into `tokenizer.json`.
    json: String,
    tokenizer: Arc<Tokenizer>,
    unknown: Option<u32>,
    /// Whether its pieces are bytes, which stand there as letters.
    of_bytes: bool,
    /// One more than the largest id of its own.
    ids: usize,
}

impl Subwords {
    /// That in a file.
    pub(super) fn read(path: &Path) -> Result<Self, TokenizerError> {
        let failed = |reason: String| TokenizerError::File { path: path.to_owned(), reason };
        let json = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        Self::try_from(json).map_err(|error| match error {
            TokenizerError::Json { reason } => failed(reason),
            error => error,
        })
    }

    fn id(&self, own: u32) -> u32 {
        if Some(own) == self.unknown { UNKNOWN } else { own + FIRST }
    }

    fn own(&self, id: u32) -> Option<u32> {
        if id == UNKNOWN { self.unknown } else { id.checked_sub(FIRST) }
    }

    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        match self.tokenizer.encode_fast(text, false) {
            Ok(encoding) => encoding.get_ids().iter().map(|own| self.id(*own)).collect(),
            // What its regular expressions give up on, which only a file can bring.
            Err(_) => vec![UNKNOWN],
        }
    }

    /// The ids of a text, each with the bytes of the text that it stands for: together all of them.
    pub(super) fn sized(&self, text: &str) -> Vec<(u32, u32)> {
        let length = text.len() as u32;
        let Ok(encoding) = self.tokenizer.encode(text, false) else { return vec![(UNKNOWN, length)] };
        let mut told = 0;
        let of = |(own, (_, end)): (&u32, &(usize, usize))| {
            // White space that a piece leaves out belongs to the next one. Of a letter in several pieces the first has all bytes.
            let end = (*end as u32).clamp(told, length);
            let size = end - told;
            told = end;
            (self.id(*own), size)
        };
        let mut sized: Vec<_> = encoding.get_ids().iter().zip(encoding.get_offsets()).map(of).collect();
        if let Some(last) = sized.last_mut() {
            last.1 += length - told;
        }
        sized
    }

    /// Each piece as people read it; one that is not known as it stands in the text.
    pub(super) fn pieces(&self, text: &str) -> Vec<String> {
        let Ok(encoding) = self.tokenizer.encode(text, false) else { return vec![text.to_owned()] };
        let of = |(&own, &(start, end)): (&u32, &(usize, usize))| match Some(own) == self.unknown {
            true => text.get(start..end).unwrap_or_default().to_owned(),
            false => self.tokenizer.decode(&[own], false).unwrap_or_default(),
        };
        encoding.get_ids().iter().zip(encoding.get_offsets()).map(of).collect()
    }

    pub(super) fn decode(&self, ids: &[u32]) -> String {
        let own: Vec<u32> = ids.iter().filter_map(|id| self.own(*id)).collect();
        self.tokenizer.decode(&own, false).unwrap_or_default()
    }

    /// The bytes of a piece, whatever comes before it; `None` where what a piece is depends on that.
    pub(super) fn bytes(&self, id: u32) -> Option<Vec<u8>> {
        if !self.of_bytes {
            return None;
        }
        let piece = self.own(id).and_then(|own| self.tokenizer.id_to_token(own)).unwrap_or_default();
        let bytes: Option<Vec<u8>> = piece.chars().map(byte_of).collect();
        Some(bytes.unwrap_or_else(|| piece.into_bytes()))
    }

    pub(super) fn len(&self) -> usize {
        self.ids
    }
}

/// The byte that a letter stands for in byte-level pieces (GPT-2's `bytes_to_unicode`): one that can be seen stands for itself, the others
/// follow from U+0100 on.
fn byte_of(letter: char) -> Option<u8> {
    let seen = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(letter).checked_sub(256) {
        None => u8::try_from(letter).ok().filter(seen),
        Some(place) => (0..=255).filter(|byte| !seen(byte)).nth(place as usize),
    }
}

impl TryFrom<String> for Subwords {
    type Error = TokenizerError;

    /// Of the contents of a `tokenizer.json`.
    fn try_from(json: String) -> Result<Self, TokenizerError> {
        let wrong = |reason: String| TokenizerError::Json { reason };
        let mut parts: Value = serde_json::from_str(&json).map_err(|error| wrong(error.to_string()))?;
        let json = match parts.pointer_mut("/model/dropout") {
            // Otherwise a text would have other tokens each time.
            Some(dropout) if !dropout.is_null() => {
                *dropout = Value::Null;
                parts.to_string()
            }
            _ => json,
        };
        let mut tokenizer = Tokenizer::from_bytes(&json).map_err(|error| wrong(error.to_string()))?;
        // What a batch is, is said here.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| wrong(error.to_string()))?;
        let unknown = match (parts.pointer("/model/unk_token"), parts.pointer("/model/unk_id")) {
            (Some(Value::String(token)), _) => tokenizer.token_to_id(token),
            (_, Some(id)) => id.as_u64().and_then(|id| u32::try_from(id).ok()),
            _ => None,
        };
        let is = |place: &str, name: &str| parts.pointer(place).and_then(Value::as_str) == Some(name);
        let by_bytes = parts.pointer("/model/byte_fallback") == Some(&Value::Bool(true));
        let needs = ["WordPiece", "WordLevel"].iter().any(|name| is("/model/type", name))
            || is("/model/type", "Unigram") && !by_bytes;
        if needs && unknown.is_none() {
            return Err(wrong("its model has no token for what is unknown".to_owned()));
        }
        // Ids need not be without gaps.
        let largest = tokenizer.get_vocab(true).into_values().max();
        let ids = largest.ok_or_else(|| wrong("it has no token".to_owned()))? as usize + 1;
        if ids > MOST {
            return Err(wrong(format!("it has ids up to {}: at most {MOST} are read", ids - 1)));
        }
        let of_bytes = is("/decoder/type", "ByteLevel");
        Ok(Self { json, tokenizer: Arc::new(tokenizer), unknown, of_bytes, ids })
    }
}

impl From<Subwords> for String {
    fn from(subwords: Subwords) -> Self {
        subwords.json
    }
}

impl PartialEq for Subwords {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl Eq for Subwords {}

// By hand: it is too long to print.
impl fmt::Debug for Subwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subwords").field("pieces", &self.len()).finish_non_exhaustive()
    }
}
