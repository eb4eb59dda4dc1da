//! The hinge loss.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::LossKind;
use super::kind::of_second_class;
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Hinge loss of one output against two classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = HingeConfig::default())]
pub struct HingeConfig {
    /// How far the right side has to be ahead, positive. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub margin: f64,
    /// Whether what is missing is squared. Default false.
    #[serde(default)]
    pub squared: bool,
}

fn one() -> f64 {
    1.0
}

impl Default for HingeConfig {
    fn default() -> Self {
        Self { margin: one(), squared: false }
    }
}

impl LossKind for HingeConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.is_binary().then_some(1)
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::POSITIVE.check("loss.margin", self.margin)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        hinge(outputs, of_second_class(values), self.margin, self.squared)
    }

    fn is_binary(&self) -> bool {
        true
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// `max(0, m − s x)`, squared where `squared`, with `s = 2 y − 1`, for each output `x` and target `y` of 0 or 1:
/// `sklearn.metrics.hinge_loss` for `margin` 1.
pub fn hinge<const D: usize>(
    outputs: Tensor<D>,
    targets: Tensor<D>,
    margin: f64,
    squared: bool,
) -> Tensor<D> {
    let sign = targets.mul_scalar(2.0).sub_scalar(1.0);
    let missing = outputs.mul(sign).neg().add_scalar(margin).clamp_min(0.0);
    if squared { missing.square() } else { missing }
}
