//! The elastic net.

use std::fmt;

use burn::tensor::Tensor;
use kiln_optim::{Elastic, StepSize};

use super::proximal::{shrink, soft_threshold};
use super::{Penalty, WeightView, formula};

/// `λ (α Σ |w| + (1 − α)/2 Σ w²)`, with the ½ of glmnet and scikit-learn (Zou and Hastie 2005).
///
/// Gradient `λ (α sign(w) + (1 − α) w)`, with `sign(0) = 0`. Proximal step: the L1 step for `λ α`, then division by
/// `1 + size · λ (1 − α)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ElasticNet {
    /// λ, at least 0.
    pub strength: f64,
    /// α, `[0, 1]`: 1 is L1, 0 is L2 with a ½.
    pub l1_ratio: f64,
}

impl ElasticNet {
    fn l1(&self) -> f64 {
        self.strength * self.l1_ratio
    }

    fn l2(&self) -> f64 {
        self.strength * (1.0 - self.l1_ratio)
    }
}

impl Penalty for ElasticNet {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        let l1 = weight.flat.clone().abs().sum().mul_scalar(self.l1());
        l1.add(weight.flat.square().sum().mul_scalar(self.l2() / 2.0))
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        let l1 = weight.flat.clone().sign().mul_scalar(self.l1());
        Some(l1.add(weight.flat.mul_scalar(self.l2())))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(shrink(soft_threshold(weight.flat, size, self.l1()), size, self.l2()))
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: self.l1(), l2: self.l2() })
    }
}

impl fmt::Display for ElasticNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alpha = self.l1_ratio;
        formula(f, self.strength, &format!("({alpha} Σ |w| + {}/2 Σ w²)", 1.0 - alpha))
    }
}
