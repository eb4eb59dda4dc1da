//! The L2 penalty (ridge).

use std::fmt;

use burn::tensor::Tensor;
use kiln_optim::{Elastic, StepSize};

use super::proximal::shrink;
use super::{Penalty, WeightView, formula};

/// `λ Σ w²`, no ½, as in Keras and in scikit-learn's `Ridge`; by default biases and normalisation layers are left out.
///
/// Gradient `2 λ w`: a coupled weight decay of `2 λ`. Proximal step: `w / (1 + 2 · size · λ)`.
#[derive(Debug, Clone, PartialEq)]
pub struct L2 {
    /// λ, at least 0.
    pub strength: f64,
}

impl Penalty for L2 {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        weight.flat.square().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        Some(weight.flat.mul_scalar(2.0 * self.strength))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(shrink(weight.flat, size, 2.0 * self.strength))
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: 0.0, l2: 2.0 * self.strength })
    }
}

impl fmt::Display for L2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "Σ w²")
    }
}
