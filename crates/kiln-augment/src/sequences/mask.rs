//! Tokens that become unknown.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::TokenKind;
use crate::AugmentError;
use crate::schema::JsonSchema;

/// The id of a token that is not known.
const UNKNOWN: u32 = 1;

/// Makes tokens unknown, as those are that the training part does not have: what they mean has to follow from the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TokenMaskConfig { p: 0.2 })]
pub struct TokenMaskConfig {
    /// How likely each token becomes unknown, `[0, 1]`. Default 0.1.
    #[schemars(transform = Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for TokenMaskConfig {
    fn default() -> Self {
        Self { p: 0.1 }
    }
}

impl TokenKind for TokenMaskConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::UNIT.check(&format!("{place}.p"), self.p)?;
        Ok(())
    }

    fn change(&self, mut tokens: Vec<u32>, seed: Seed) -> Vec<u32> {
        for (place, token) in tokens.iter_mut().enumerate() {
            if seed.uniform(place as u64) < self.p {
                *token = UNKNOWN;
            }
        }
        tokens
    }
}
