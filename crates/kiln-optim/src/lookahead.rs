//! Lookahead: k steps forward, one step back.

use burn::tensor::Tensor;

use crate::LookaheadConfig;

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
