//! The mean absolute error.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::LossKind;
use crate::TargetKind;
use crate::schema::JsonSchema;

/// Mean absolute error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = MaeConfig::default())]
pub struct MaeConfig {}

impl LossKind for MaeConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        absolute_error(outputs, values)
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// `|x − y|`: `torch.nn.L1Loss`. Its gradient at `x = y` is 0.
pub fn absolute_error<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>) -> Tensor<D> {
    outputs.sub(targets).abs()
}
