//! The logarithm of the hyperbolic cosine of the error.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;
use serde::{Deserialize, Serialize};

use super::LossKind;
use crate::TargetKind;
use crate::schema::JsonSchema;

/// Logarithm of the hyperbolic cosine of the error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = LogCoshConfig::default())]
pub struct LogCoshConfig {}

impl LossKind for LogCoshConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        log_cosh(outputs, values)
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// `log cosh(x − y)`: `keras.losses.LogCosh`. About `½ e²` for small errors and `|e| − log 2` for large ones; the gradient
/// is `tanh e`. Finite for every finite error.
pub fn log_cosh<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>) -> Tensor<D> {
    let error = outputs.sub(targets).abs();
    error.clone().sub(log_sigmoid(error.mul_scalar(2.0))).sub_scalar(std::f64::consts::LN_2)
}
