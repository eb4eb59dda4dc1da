//! The tokens that a model of a corpus knows.

use serde::{Deserialize, Serialize};

use super::chunks::chunks;
use super::config::Alphabetic;
use crate::Tokenizer;

/// The characters or bytes that the training part has, or pieces of words. Token 0 stands for any other; known ones follow in rising order.
///
/// ```
/// use kiln_data::corpus::{Alphabet, Alphabetic};
///
/// let alphabet = Alphabet::of(Alphabetic::Characters, "hello".chars().map(u32::from));
/// assert_eq!((alphabet.len(), alphabet.encode("hex")), (5, vec![2, 1, 0]));
/// assert_eq!(alphabet.decode(3), "l".as_bytes());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alphabet {
    tokens: Alphabetic,
    /// Rising. None where there are pieces.
    known: Vec<u32>,
    /// Its ids are one more: 0 is padding there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pieces: Option<Tokenizer>,
}

impl Alphabet {
    /// Of these characters or bytes.
    pub fn of(tokens: Alphabetic, text: impl IntoIterator<Item = u32>) -> Self {
        let mut known: Vec<u32> = text.into_iter().collect();
        known.sort_unstable();
        known.dedup();
        Self { tokens, known, pieces: None }
    }

    /// Of the tokens of a tokeniser. It is made for pieces of words, whose texts can be put together again.
    pub fn of_pieces(tokenizer: Tokenizer) -> Self {
        Self { tokens: Alphabetic::default(), known: Vec::new(), pieces: Some(tokenizer) }
    }

    /// Whether it can be one: a stored one may be damaged.
    pub fn is_sound(&self) -> bool {
        if let Some(pieces) = &self.pieces {
            return self.known.is_empty() && pieces.is_sound();
        }
        let is_unit = |&unit: &u32| match self.tokens {
            Alphabetic::Bytes => unit < 256,
            Alphabetic::Characters => char::from_u32(unit).is_some(),
        };
        self.known.is_sorted_by(|a, b| a < b) && self.known.iter().all(is_unit)
    }

    /// What the tokens are, in a word: `characters`.
    pub fn name(&self) -> &'static str {
        match (&self.pieces, self.tokens) {
            (Some(pieces), _) => pieces.name(),
            (None, Alphabetic::Characters) => "characters",
            (None, Alphabetic::Bytes) => "bytes",
        }
    }

    /// The tokeniser, where tokens are pieces of words.
    pub fn pieces(&self) -> Option<&Tokenizer> {
        self.pieces.as_ref()
    }

    /// Tokens that there are, with that of the unknown.
    pub fn len(&self) -> usize {
        match &self.pieces {
            Some(pieces) => pieces.vocabulary() - 1,
            None => self.known.len() + 1,
        }
    }

    /// Whether only the unknown is there.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// The token of a character or byte.
    pub(super) fn token(&self, unit: u32) -> u32 {
        self.known.binary_search(&unit).map_or(0, |place| place as u32 + 1)
    }

    /// The token that a text begins behind which has no beginning of its own: that of a new line, if it is known.
    pub fn start(&self) -> u32 {
        let line = self.encode("\n").first().copied().unwrap_or(0);
        line.max(1).min((self.len() as u32).saturating_sub(1))
    }

    /// The tokens of a text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match (&self.pieces, self.tokens) {
            (Some(pieces), _) => {
                chunks(text).into_iter().flat_map(|chunk| pieces.encode(chunk)).map(|id| id - 1).collect()
            }
            (None, Alphabetic::Characters) => text.chars().map(|unit| self.token(u32::from(unit))).collect(),
            (None, Alphabetic::Bytes) => text.bytes().map(|unit| self.token(u32::from(unit))).collect(),
        }
    }

    /// The bytes of a token by itself; `�` for the unknown one. What pieces of words are in a text, [`Writer`](super::Writer) says.
    pub fn decode(&self, token: u32) -> Vec<u8> {
        if let (Some(pieces), 1..) = (&self.pieces, token) {
            return pieces.bytes(token + 1).unwrap_or_else(|| pieces.decode(&[token + 1]).into_bytes());
        }
        let unit = (token as usize).checked_sub(1).and_then(|place| self.known.get(place)).copied();
        match (self.tokens, unit) {
            (Alphabetic::Bytes, Some(unit)) => vec![unit as u8],
            (_, unit) => {
                let character = unit.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                character.to_string().into_bytes()
            }
        }
    }

    /// Bytes of the text that these tokens stand for. The unknown counts as one byte, and a piece of a word as what it is by itself: how many bytes
    /// a piece has in the text, [`WindowBatch::bytes`](super::WindowBatch::bytes) knows.
    pub fn bytes(&self, tokens: &[u32]) -> u64 {
        let of = |&token: &u32| match token {
            0 => 1,
            token => self.decode(token).len() as u64,
        };
        match (&self.pieces, self.tokens) {
            (None, Alphabetic::Bytes) => tokens.len() as u64,
            _ => tokens.iter().map(of).sum(),
        }
    }
}
