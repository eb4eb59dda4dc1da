//! Huber loss.

use burn::tensor::Tensor;
use kiln_core::Range;

use crate::{HuberConfig, ObjectiveError};

/// With `e = x − y`: the mean over all elements of `½ e²` where `|e| ≤ δ`, else `δ (|e| − ½ δ)`: `torch.nn.HuberLoss`.
#[derive(Debug, Clone)]
pub(super) struct Huber {
    delta: f64,
}

impl Huber {
    pub(super) fn new(config: &HuberConfig) -> Result<Self, ObjectiveError> {
        Ok(Self { delta: Range::POSITIVE.check("loss.delta", config.delta)? })
    }

    pub(super) fn forward(&self, outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let error = outputs.sub(targets);
        // With c = clamp(e), both branches are c · (e − c/2), and c is also the gradient: so c needs no tape.
        let clamped = error.clone().detach().clamp(-self.delta, self.delta);
        error.sub(clamped.clone().mul_scalar(0.5)).mul(clamped).mean()
    }
}
