//! The group lasso.

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::ParamInfo;
use kiln_optim::StepSize;

use super::proximal::shrink_groups;
use super::{Penalty, WeightView, formula};
use crate::{Units, units};

/// `λ Σ √p ‖w_g‖` over the units of a weight, `p` numbers each (Yuan and Lin 2006), or without `√p` `λ Σ ‖w_g‖`, the L2,1
/// norm.
///
/// Gradient `λ √p w_g/‖w_g‖`, 0 where the unit is 0. Proximal step: a unit shrinks as a whole and stops at 0, so that units
/// drop out; after adaptive optimisers in the metric of their step (Deleu and Bengio 2021).
#[derive(Debug, Clone, PartialEq)]
pub struct GroupLasso {
    /// λ, at least 0.
    pub strength: f64,
    /// What a group is.
    pub units: Units,
    /// Whether a group counts by the root of its size.
    pub weighted: bool,
}

impl GroupLasso {
    fn shape_and_strength(&self, dims: &[usize]) -> ([usize; 3], f64) {
        let shape = units::shape(self.units, dims);
        let size = (shape[0] * shape[2]) as f64;
        (shape, if self.weighted { self.strength * size.sqrt() } else { self.strength })
    }
}

impl Penalty for GroupLasso {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        let (shape, strength) = self.shape_and_strength(weight.dims);
        units::norms(weight.flat, shape).sum().mul_scalar(strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        let (shape, strength) = self.shape_and_strength(weight.dims);
        let norms = units::norms(weight.flat.clone(), shape);
        let zero = norms.clone().equal_elem(0.0);
        let factors = norms.recip().mul_scalar(strength).mask_fill(zero, 0.0);
        Some(units::scale(weight.flat, factors, shape))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        let (shape, strength) = self.shape_and_strength(weight.dims);
        // Without a strength there is nothing to solve for.
        Some(if strength == 0.0 { weight.flat } else { shrink_groups(weight.flat, size, strength, shape) })
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn is_for(&self, info: &ParamInfo) -> bool {
        self.units != Units::Filter || info.dims.len() > 2
    }
}

impl fmt::Display for GroupLasso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let over = match self.units {
            Units::Output => "outputs",
            Units::Input => "inputs",
            Units::Filter => "filters",
        };
        let size = if self.weighted { "√p " } else { "" };
        formula(f, self.strength, &format!("Σ {size}‖w_g‖ over {over}"))
    }
}
