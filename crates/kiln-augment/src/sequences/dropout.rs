//! Tokens left out.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::TokenKind;
use crate::AugmentError;
use crate::schema::JsonSchema;
use crate::tokens::delete;

/// Leaves tokens out, but never all of a text: see [`tokens::delete`](crate::tokens::delete).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TokenDropoutConfig { p: 0.2 })]
pub struct TokenDropoutConfig {
    /// How likely each token is left out, `[0, 1]`. Default 0.1.
    #[schemars(transform = Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for TokenDropoutConfig {
    fn default() -> Self {
        Self { p: 0.1 }
    }
}

impl TokenKind for TokenDropoutConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::UNIT.check(&format!("{place}.p"), self.p)?;
        Ok(())
    }

    fn change(&self, tokens: Vec<u32>, seed: Seed) -> Vec<u32> {
        delete(&tokens, self.p, seed)
    }
}
