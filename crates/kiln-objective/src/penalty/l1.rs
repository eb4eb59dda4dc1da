//! The L1 penalty (lasso).

use std::fmt;

use burn::tensor::Tensor;
use kiln_optim::{Elastic, StepSize};

use super::proximal::soft_threshold;
use super::{Penalty, WeightView, formula};

/// `λ Σ |w|`.
///
/// Gradient `λ sign(w)`, 0 at `w = 0`. Proximal step: `w` moves towards 0 by `size · λ` and stops there, which gives
/// exact zeros (Tibshirani 1996; Parikh and Boyd, Proximal Algorithms, 2014).
#[derive(Debug, Clone, PartialEq)]
pub struct L1 {
    /// λ, at least 0.
    pub strength: f64,
}

impl Penalty for L1 {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        weight.flat.abs().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        Some(weight.flat.sign().mul_scalar(self.strength))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(soft_threshold(weight.flat, size, self.strength))
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: self.strength, l2: 0.0 })
    }
}

impl fmt::Display for L1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "Σ |w|")
    }
}
