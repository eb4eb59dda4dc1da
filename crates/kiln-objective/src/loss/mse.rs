//! The mean squared error.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{ConvexLoss, LossKind};
use crate::TargetKind;
use crate::schema::JsonSchema;

/// Mean squared error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = MseConfig::default())]
pub struct MseConfig {}

impl LossKind for MseConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        squared_error(outputs, values)
    }

    fn convex(&self) -> Option<ConvexLoss> {
        Some(ConvexLoss::Squared)
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// `(x − y)²`, no ½: `torch.nn.MSELoss`.
pub fn squared_error<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>) -> Tensor<D> {
    outputs.sub(targets).square()
}
