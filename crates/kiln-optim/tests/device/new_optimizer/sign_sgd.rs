//! SGD by signs.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::schema::JsonSchema;
use crate::{At, Gradient, Kept, OptimError, Rule, Slot, StepSize};

/// signSGD (Bernstein et al. 2018): `w ← (1 − lr · decay) w − lr · sign(g)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 3e-4, ..Self::default() })]
pub struct SignSgdConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decoupled weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true.
    pub decay_all: bool,
}

impl Default for SignSgdConfig {
    fn default() -> Self {
        Self { lr: 1e-3, weight_decay: 0.0, decay_all: true }
    }
}

impl OptimKind for SignSgdConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Decoupled
    }

    fn has_step_size(&self) -> bool {
        false
    }

    fn formula(&self) -> Vec<String> {
        vec![format!("θ ← θ − lr·(sign(g) + {:?}·θ)", self.weight_decay)]
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(SignSgd))
    }
}

/// The rule of [`SignSgdConfig`].
#[derive(Debug)]
struct SignSgd;

impl Rule for SignSgd {
    fn slots(&self, _: &[usize]) -> Vec<Slot> {
        Vec::new()
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let step = gradient.tensor(&weight).sign().mul_scalar(at.lr);
        (weight.mul_scalar(1.0 - at.lr * at.weight_decay).sub(step), kept)
    }

    fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
        None
    }
}
