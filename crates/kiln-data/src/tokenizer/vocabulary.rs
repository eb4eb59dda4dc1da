//! Which tokens are known, and the id of each.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::ids::FIRST;
use super::problem::TokenizerError;

/// The known tokens in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub(super) struct Vocabulary {
    tokens: Vec<String>,
    ids: HashMap<String, u32>,
}

impl Vocabulary {
    /// The id of a token; `None` for one that is not known.
    pub(super) fn id(&self, token: &str) -> Option<u32> {
        self.ids.get(token).copied()
    }

    /// The token of an id; `None` for padding, the unknown token and an id that is none.
    pub(super) fn token(&self, id: u32) -> Option<&str> {
        self.tokens.get(id.checked_sub(FIRST)? as usize).map(String::as_str)
    }

    /// How many tokens are known.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether no token is there twice, and there is one.
    pub(super) fn is_sound(&self) -> bool {
        !self.tokens.is_empty() && self.tokens.len() == self.ids.len()
    }
}

impl From<Vec<String>> for Vocabulary {
    fn from(tokens: Vec<String>) -> Self {
        let ids = (FIRST..).zip(&tokens).map(|(id, token)| (token.clone(), id)).collect();
        Self { tokens, ids }
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.tokens
    }
}

/// How often each token comes.
#[derive(Debug, Default)]
pub(super) struct Counts(HashMap<String, usize>);

impl Counts {
    pub(super) fn add(&mut self, token: &str) {
        match self.0.get_mut(token) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(token.to_owned(), 1)),
        }
    }

    /// At most `most` tokens that come at least `min_count` times: the most frequent first, of equal ones in the order of their texts.
    ///
    /// # Errors
    /// [`TokenizerError::NoTokens`] and [`TokenizerError::AllRare`] where none is left.
    pub(super) fn vocabulary(self, min_count: usize, most: usize) -> Result<Vocabulary, TokenizerError> {
        let largest = self.0.values().copied().max().ok_or(TokenizerError::NoTokens)?;
        if largest < min_count {
            return Err(TokenizerError::AllRare { min_count, most: largest });
        }
        let mut counted: Vec<(String, usize)> =
            self.0.into_iter().filter(|(_, count)| *count >= min_count).collect();
        counted.sort_unstable_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
        counted.truncate(most);
        Ok(counted.into_iter().map(|(token, _)| token).collect::<Vec<_>>().into())
    }
}
