//! The focal loss.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::binary_cross_entropy::binary_cross_entropy;
use super::kind::of_second_class;
use super::{LossKind, members};
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Focal loss of one logit against two classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = FocalConfig { alpha: Some(0.25), ..FocalConfig::default() })]
pub struct FocalConfig {
    /// How much less an item counts the better it is met, at least 0. Default 2.
    #[serde(default = "two")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub gamma: f64,
    /// Weight of class 1, `[0, 1]`; class 0 has the rest. Default: both classes count 1 (torchvision: 0.25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub alpha: Option<f64>,
}

fn two() -> f64 {
    2.0
}

impl Default for FocalConfig {
    fn default() -> Self {
        Self { gamma: two(), alpha: None }
    }
}

impl LossKind for FocalConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.is_binary().then_some(1)
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::at_least(0.0).check("loss.gamma", self.gamma)?;
        self.alpha.map(|alpha| Range::UNIT.check("loss.alpha", alpha)).transpose()?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        sigmoid_focal(outputs, of_second_class(values), self.gamma, self.alpha)
    }

    fn average(&self, members: Tensor<3>) -> Tensor<2> {
        members::logit_of_mean(members)
    }

    fn is_binary(&self) -> bool {
        true
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// Focal loss (Lin et al., Focal Loss for Dense Object Detection, 2017) for each logit `x` and target `y` in `[0, 1]`:
/// `a m^γ · BCE(x, y)`, where `m = σ(x) (1 − y) + σ(−x) y` is the probability of being wrong, and `a = α y + (1 − α)(1 − y)`,
/// or 1 without `alpha`: `torchvision.ops.sigmoid_focal_loss`, whose `alpha` is 0.25 and `gamma` 2 by default.
///
/// `m` is a sum of positive terms here, not 1 less the probability of being right, so a confident right answer keeps its
/// small loss, and its gradient is finite for every `gamma` of 0 or more.
pub fn sigmoid_focal<const D: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    gamma: f64,
    alpha: Option<f64>,
) -> Tensor<D> {
    let loss = binary_cross_entropy(logits.clone(), targets.clone(), 1.0);
    let negative = targets.clone().neg().add_scalar(1.0);
    // Burn's own sigmoid computes in f32 on ndarray, whatever the numbers are.
    let sigmoid = |x: Tensor<D>| log_sigmoid(x).exp();
    let wrong = sigmoid(logits.clone()).mul(negative.clone()).add(sigmoid(logits.neg()).mul(targets.clone()));
    // Zero is where a power below 1 has no slope; there the loss is zero anyway.
    let focus = wrong.clamp_min(f64::from(f32::MIN_POSITIVE)).powf_scalar(gamma);
    let loss = if gamma == 0.0 { loss } else { loss.mul(focus) };
    match alpha {
        Some(alpha) => loss.mul(targets.mul_scalar(alpha).add(negative.mul_scalar(1.0 - alpha))),
        None => loss,
    }
}
