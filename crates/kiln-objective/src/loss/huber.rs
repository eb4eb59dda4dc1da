//! The Huber loss.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::LossKind;
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Huber loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = HuberConfig::default())]
pub struct HuberConfig {
    /// Where the loss turns from quadratic to linear, positive. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub delta: f64,
}

fn one() -> f64 {
    1.0
}

impl Default for HuberConfig {
    fn default() -> Self {
        Self { delta: one() }
    }
}

impl LossKind for HuberConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::POSITIVE.check("loss.delta", self.delta)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        huber(outputs, values, self.delta)
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// With `e = x − y`: `½ e²` where `|e| ≤ δ`, else `δ (|e| − ½ δ)`: `torch.nn.HuberLoss` (Huber, 1964).
pub fn huber<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>, delta: f64) -> Tensor<D> {
    let error = outputs.sub(targets);
    // With c = clamp(e), both branches are c · (e − c/2), and c is also the gradient: so c needs no tape.
    let clamped = error.clone().detach().clamp(-delta, delta);
    error.sub(clamped.clone().mul_scalar(0.5)).mul(clamped)
}
