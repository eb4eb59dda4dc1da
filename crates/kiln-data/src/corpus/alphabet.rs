//! The tokens that a model of a corpus knows.

use serde::{Deserialize, Serialize};

use super::config::Alphabetic;

/// The characters or bytes that the training part has. Token 0 stands for any other; known ones follow in rising order.
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
    /// Rising.
    known: Vec<u32>,
}

impl Alphabet {
    /// Of these characters or bytes.
    pub fn of(tokens: Alphabetic, text: impl IntoIterator<Item = u32>) -> Self {
        let mut known: Vec<u32> = text.into_iter().collect();
        known.sort_unstable();
        known.dedup();
        Self { tokens, known }
    }

    /// Whether it can be one: a stored one may be damaged.
    pub fn is_sound(&self) -> bool {
        let is_unit = |&unit: &u32| match self.tokens {
            Alphabetic::Bytes => unit < 256,
            Alphabetic::Characters => char::from_u32(unit).is_some(),
        };
        self.known.is_sorted_by(|a, b| a < b) && self.known.iter().all(is_unit)
    }

    /// What a token is.
    pub fn tokens(&self) -> Alphabetic {
        self.tokens
    }

    /// Tokens that there are, with that of the unknown.
    pub fn len(&self) -> usize {
        self.known.len() + 1
    }

    /// Whether only the unknown is there.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The token of a character or byte.
    pub fn token(&self, unit: u32) -> u32 {
        self.known.binary_search(&unit).map_or(0, |place| place as u32 + 1)
    }

    /// The tokens of a text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match self.tokens {
            Alphabetic::Characters => text.chars().map(|unit| self.token(u32::from(unit))).collect(),
            Alphabetic::Bytes => text.bytes().map(|unit| self.token(u32::from(unit))).collect(),
        }
    }

    /// The bytes of a token; `�` for the unknown one.
    pub fn decode(&self, token: u32) -> Vec<u8> {
        let unit = (token as usize).checked_sub(1).and_then(|place| self.known.get(place)).copied();
        match (self.tokens, unit) {
            (Alphabetic::Bytes, Some(unit)) => vec![unit as u8],
            (_, unit) => {
                let character = unit.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                character.to_string().into_bytes()
            }
        }
    }

    /// Bytes of the text that these tokens stand for; the unknown counts as one byte.
    pub fn bytes(&self, tokens: &[u32]) -> u64 {
        let of = |&token: &u32| match token {
            0 => 1,
            token => self.decode(token).len() as u64,
        };
        match self.tokens {
            Alphabetic::Bytes => tokens.len() as u64,
            Alphabetic::Characters => tokens.iter().map(of).sum(),
        }
    }
}
