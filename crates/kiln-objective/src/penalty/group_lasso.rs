//! The group lasso.

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{ParamInfo, ParamSelection, Range};
use kiln_optim::{ScheduleConfig, StepSize};
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use super::proximal::shrink_groups;
use crate::schema::JsonSchema;
use crate::{Units, units};

/// `λ Σ √p ‖w_g‖` over the units of a layer, `p` numbers each: whole units become zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = GroupLassoConfig::new(1e-4))]
pub struct GroupLassoConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// What a group is. Default: what goes into one output unit.
    #[serde(default)]
    pub units: Units,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal, which makes whole groups zero. Default true: by its gradient no group ever is.
    #[serde(default = "yes")]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

fn yes() -> bool {
    true
}

impl GroupLassoConfig {
    /// λ on the output units of the weights, by a proximal step, the same all the time.
    pub fn new(strength: f64) -> Self {
        let (units, params) = (Units::Output, ParamSelection::Weights);
        Self { strength, units, params, proximal: true, schedule: None }
    }
}

impl PenaltyKind for GroupLassoConfig {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: self.proximal,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(GroupLasso { strength: self.strength, units: self.units, weighted: true }))
    }

    fn make_sparse(&mut self, strength: f64) -> bool {
        (self.strength, self.proximal) = (strength, true);
        true
    }

    fn formula(&self) -> String {
        format!("λ·Σ√p·‖w‖ (p numbers for each {})", self.units)
    }
}

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
        let size = if self.weighted { "√p " } else { "" };
        formula(f, self.strength, &format!("Σ {size}‖w_g‖ over {}s", self.units))
    }
}
