//! Texts to the ids of their tokens.

use std::collections::HashMap;

use kiln_cell::token::{cased, characters, words};

use crate::error::InferError;
use crate::plan::{Texts, Tokens};

/// The id of a token that is not known.
const UNKNOWN: u32 = 1;
/// The id of the first known one.
const FIRST: u32 = 2;

/// Cuts texts into tokens.
#[derive(Debug)]
pub(crate) struct TextEncoder {
    cut: Cut,
    longest: usize,
}

#[derive(Debug)]
enum Cut {
    Words { lower: bool, ids: HashMap<String, u32> },
    Characters { lower: bool, ids: HashMap<String, u32> },
    Bytes,
}

impl TextEncoder {
    /// # Errors
    /// [`InferError::Plan`] for tokens that no fit makes.
    pub(crate) fn new(texts: Texts) -> Result<Self, InferError> {
        let Texts { tokens, longest } = texts;
        let cut = match tokens {
            Tokens::Words { lower, known } => Cut::Words { lower, ids: ids(known)? },
            Tokens::Characters { lower, known } => Cut::Characters { lower, ids: ids(known)? },
            Tokens::Bytes => Cut::Bytes,
        };
        Ok(Self { cut, longest })
    }

    /// The ids of a text.
    pub(crate) fn ids(&self, text: &str) -> Vec<u32> {
        let of = |ids: &HashMap<String, u32>, token: &str| ids.get(token).copied().unwrap_or(UNKNOWN);
        let most = self.longest;
        match &self.cut {
            Cut::Words { lower, ids } => {
                words(&cased(text, *lower)).take(most).map(|word| of(ids, word)).collect()
            }
            Cut::Characters { lower, ids } => {
                characters(&cased(text, *lower)).take(most).map(|one| of(ids, one)).collect()
            }
            Cut::Bytes => text.bytes().take(most).map(|byte| FIRST + u32::from(byte)).collect(),
        }
    }
}

/// The id of each token, of which none comes twice.
fn ids(known: Vec<String>) -> Result<HashMap<String, u32>, InferError> {
    let count = known.len();
    let ids: HashMap<String, u32> = known.into_iter().zip(FIRST..).collect();
    if ids.len() == count {
        return Ok(ids);
    }
    let reason = "a token comes twice".to_owned();
    Err(InferError::Plan { place: "the tokens".to_owned(), reason })
}
