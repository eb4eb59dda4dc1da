//! Tokens that change places.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::TokenKind;
use crate::AugmentError;
use crate::schema::JsonSchema;
use crate::tokens::swap;

/// Lets pairs of tokens change places: see [`tokens::swap`](crate::tokens::swap).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TokenSwapConfig { share: 0.2 })]
pub struct TokenSwapConfig {
    /// Pairs as a share of the tokens of a text, `[0, 1]`, rounded. Default 0.1.
    #[schemars(transform = Range::UNIT.bounds())]
    pub share: f64,
}

impl Default for TokenSwapConfig {
    fn default() -> Self {
        Self { share: 0.1 }
    }
}

impl TokenKind for TokenSwapConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::UNIT.check(&format!("{place}.share"), self.share)?;
        Ok(())
    }

    fn change(&self, mut tokens: Vec<u32>, seed: Seed) -> Vec<u32> {
        let pairs = (self.share * tokens.len() as f64).round() as usize;
        swap(&mut tokens, pairs, seed);
        tokens
    }
}
