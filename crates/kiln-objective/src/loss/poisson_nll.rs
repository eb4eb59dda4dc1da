//! The likelihood of counts under a Poisson distribution.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{LossKind, members};
use crate::TargetKind;
use crate::schema::JsonSchema;

/// Negative log-likelihood of counts under a Poisson distribution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = PoissonNllConfig::default())]
pub struct PoissonNllConfig {
    /// Whether Stirling's approximation of log y! is added, which no output changes. Default false.
    #[serde(default)]
    pub full: bool,
}

impl LossKind for PoissonNllConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        poisson_nll(outputs, values, true, self.full)
    }

    fn predict(&self, outputs: Tensor<2>) -> Tensor<2> {
        outputs.exp()
    }

    fn average(&self, members: Tensor<3>) -> Tensor<2> {
        members::log_mean_exp(members)
    }

    fn needs_raw_targets(&self) -> bool {
        true
    }
}

/// Negative log-likelihood of a count `y` under a Poisson distribution, without `log y!`: `e^x − x y` where `x` is the
/// logarithm of the rate (`log_input`), else `x − y log(x + 1e-8)`: `torch.nn.PoissonNLLLoss`.
///
/// With `full`, Stirling's approximation `y log y − y + ½ log(2π y)` of `log y!` is added where `y > 1`.
/// A log-rate above 88 overflows f32, as PyTorch's does.
pub fn poisson_nll<const D: usize>(
    outputs: Tensor<D>,
    targets: Tensor<D>,
    log_input: bool,
    full: bool,
) -> Tensor<D> {
    let loss = if log_input {
        outputs.clone().exp().sub(outputs.mul(targets.clone()))
    } else {
        outputs.clone().sub(targets.clone().mul(outputs.add_scalar(1e-8).log()))
    };
    if !full {
        return loss;
    }
    let small = targets.clone().lower_equal_elem(1.0);
    // Where it does not count, a number whose logarithm there is.
    let y = targets.mask_fill(small.clone(), 1.0);
    let log_y = y.clone().log();
    let stirling = y
        .clone()
        .mul(log_y.clone())
        .sub(y)
        .add(log_y.add_scalar((2.0 * std::f64::consts::PI).ln()).mul_scalar(0.5));
    loss.add(stirling.mask_fill(small, 0.0))
}
