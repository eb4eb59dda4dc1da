//! The largest norm of a unit.

use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamSelection, Range};
use serde::{Deserialize, Serialize};

use super::ConstraintKind;
use crate::schema::JsonSchema;
use crate::{Units, units};

/// The norm of every unit is at most a number: `torch.renorm`, Keras' `MaxNorm`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = MaxNormConfig::default())]
pub struct MaxNormConfig {
    /// The largest norm, positive. Default 2, as in Keras.
    #[serde(default = "two")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub max: f64,
    /// What a unit is. Default: what goes into one output unit.
    #[serde(default)]
    pub units: Units,
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

fn two() -> f64 {
    2.0
}

impl Default for MaxNormConfig {
    fn default() -> Self {
        Self { max: two(), units: Units::Output, params: ParamSelection::Weights }
    }
}

impl ConstraintKind for MaxNormConfig {
    fn params(&self) -> &ParamSelection {
        &self.params
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        Range::POSITIVE.check(&format!("{key}.max"), self.max)?;
        Ok(())
    }

    fn units(&self) -> Option<Units> {
        Some(self.units)
    }

    fn project(&self, weight: Tensor<1>, dims: &[usize]) -> Tensor<1> {
        let shape = units::shape(self.units, dims);
        let norms = units::norms(weight.clone(), shape);
        let within = norms.clone().lower_equal_elem(self.max);
        units::scale(weight, norms.recip().mul_scalar(self.max).mask_fill(within, 1.0), shape)
    }

    fn formula(&self) -> String {
        format!("‖w‖ ≤ {:?} for each {}", self.max, self.units)
    }
}
