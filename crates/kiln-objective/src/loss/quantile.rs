//! The quantile (pinball) loss.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::LossKind;
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Quantile (pinball) loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = QuantileConfig { quantile: 0.9 })]
pub struct QuantileConfig {
    /// Which quantile is predicted, `[0, 1]`. Default 0.5, the median.
    #[serde(default = "half")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub quantile: f64,
}

fn half() -> f64 {
    0.5
}

impl Default for QuantileConfig {
    fn default() -> Self {
        Self { quantile: half() }
    }
}

impl LossKind for QuantileConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::UNIT.check("loss.quantile", self.quantile)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        quantile(outputs, values, self.quantile)
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// Quantile (pinball) loss with `e = y − x`: `q e` where `e ≥ 0`, else `(q − 1) e`: `sklearn.metrics.mean_pinball_loss`
/// (Koenker, Bassett, 1978). The `q`-quantile of `y` minimises its mean. The gradient at `e = 0` is `½ − q`, the mean of
/// the slopes on both sides.
pub fn quantile<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>, q: f64) -> Tensor<D> {
    let error = targets.sub(outputs);
    let slope = error.clone().detach().sign().mul_scalar(0.5).add_scalar(q - 0.5);
    error.mul(slope)
}
