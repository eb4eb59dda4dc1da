//! Norms of 1.

use burn::tensor::Tensor;
use kiln_core::ParamSelection;
use serde::{Deserialize, Serialize};

use super::ConstraintKind;
use crate::schema::JsonSchema;
use crate::{Units, units};

/// The norm of every unit is 1, except that zero stays: Keras' `UnitNorm`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = UnitNormConfig::default())]
pub struct UnitNormConfig {
    /// What a unit is. Default: what goes into one output unit.
    #[serde(default)]
    pub units: Units,
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

impl ConstraintKind for UnitNormConfig {
    fn params(&self) -> &ParamSelection {
        &self.params
    }

    fn units(&self) -> Option<Units> {
        Some(self.units)
    }

    fn project(&self, weight: Tensor<1>, dims: &[usize]) -> Tensor<1> {
        let shape = units::shape(self.units, dims);
        let norms = units::norms(weight.clone(), shape);
        // Zero has no direction and stays.
        let zero = norms.clone().equal_elem(0.0);
        units::scale(weight, norms.recip().mask_fill(zero, 1.0), shape)
    }

    fn formula(&self) -> String {
        format!("‖w‖ = 1 for each {}", self.units)
    }
}
