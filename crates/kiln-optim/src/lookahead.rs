//! Lookahead: k steps forward, one step back.

use burn::tensor::Tensor;
use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use crate::rule::check;
use crate::schema::JsonSchema;

/// Lookahead (Zhang et al. 2019), as `timm.optim.Lookahead`: every `k` updates the slow weights move a share `alpha` of
/// the way to the weights, which go on from there. The slow weights begin as the first weights, as in the paper; timm's
/// begin at the first synchronisation, so that the first one does nothing. What is evaluated are the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { k: 5, alpha: 0.8 })]
pub struct LookaheadConfig {
    /// Updates between two moves of the slow weights, at least 1. Default 6.
    #[schemars(range(min = 1))]
    pub k: u64,
    /// How much of the way they move, `[0, 1]`. Default 0.5.
    #[schemars(transform = Range::UNIT.bounds())]
    pub alpha: f64,
}

impl Default for LookaheadConfig {
    fn default() -> Self {
        Self { k: 6, alpha: 0.5 }
    }
}

impl LookaheadConfig {
    pub(crate) fn check(&self) -> Result<(), NumberError> {
        kiln_core::check::at_least("optim.lookahead.k", usize::try_from(self.k).unwrap_or(usize::MAX), 1)?;
        check("lookahead.alpha", self.alpha, Range::UNIT).map(|_| ())
    }

    /// What the slow weights do, in symbols.
    pub(crate) fn formula(&self) -> String {
        format!("every {} updates: slow ← slow + {:?}·(θ − slow);  θ ← slow", self.k, self.alpha)
    }
}

/// See [`LookaheadConfig`].
#[derive(Debug)]
pub(crate) struct Lookahead {
    k: u64,
    alpha: f64,
}

/// The name of the slow weights in a saved state.
pub(crate) const SLOW: &str = "slow";

impl Lookahead {
    pub(crate) fn new(config: &LookaheadConfig) -> Self {
        Self { k: config.k, alpha: config.alpha }
    }

    /// The weight after update number `step` (from 1) of its parameter.
    pub(crate) fn update(&self, weight: Tensor<1>, slow: &mut Option<Tensor<1>>, step: u64) -> Tensor<1> {
        if !step.is_multiple_of(self.k) {
            return weight;
        }
        let moved = match slow.take() {
            Some(old) => old.clone().add(weight.sub(old).mul_scalar(self.alpha)),
            None => weight,
        };
        *slow = Some(moved.clone());
        moved
    }
}
