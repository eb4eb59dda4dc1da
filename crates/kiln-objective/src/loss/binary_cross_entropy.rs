//! Binary cross-entropy.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::kind::of_second_class;
use super::{ConvexLoss, LossKind, members};
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Binary cross-entropy of one logit against two classes (or a 0/1 number), or of one logit for each of several labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = BinaryCrossEntropyConfig { pos_weight: 3.0 })]
pub struct BinaryCrossEntropyConfig {
    /// How many times an item of class 1 counts, positive, as PyTorch's `pos_weight`. The mean is over the items all the
    /// same. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub pos_weight: f64,
}

fn one() -> f64 {
    1.0
}

impl Default for BinaryCrossEntropyConfig {
    fn default() -> Self {
        Self { pos_weight: one() }
    }
}

impl LossKind for BinaryCrossEntropyConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        match target {
            TargetKind::Labels(labels) => Some(labels),
            target => target.is_binary().then_some(1),
        }
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::POSITIVE.check("loss.pos_weight", self.pos_weight)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        // One logit against the shares of two classes; else a logit for each column.
        let values = if outputs.dims()[1] == 1 { of_second_class(values) } else { values };
        binary_cross_entropy(outputs, values, self.pos_weight)
    }

    fn average(&self, members: Tensor<3>) -> Tensor<2> {
        members::logit_of_mean(members)
    }

    fn is_binary(&self) -> bool {
        true
    }

    fn convex(&self) -> Option<ConvexLoss> {
        Some(ConvexLoss::Binary)
    }

    fn beyond_convex(&self) -> Option<&'static str> {
        (self.pos_weight != 1.0).then_some("pos_weight")
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// `(1 − y) x − (1 + (w − 1) y) log σ(x)` for each logit `x` and target `y` in `[0, 1]`, with the weight `w` of class 1
/// (1 for none): `torch.nn.BCEWithLogitsLoss(pos_weight=w)`.
///
/// Finite for every finite logit. Without a weight the gradient is `σ(x) − y` everywhere, at `x = 0` too, where the usual
/// `max(x, 0) − x y + log(1 + e^−|x|)` has a kink that automatic differentiation gets wrong.
pub fn binary_cross_entropy<const D: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    pos_weight: f64,
) -> Tensor<D> {
    let negative = targets.clone().neg().add_scalar(1.0);
    let log_p = log_sigmoid(logits.clone());
    let log_p = if pos_weight == 1.0 {
        log_p
    } else {
        log_p.mul(targets.mul_scalar(pos_weight - 1.0).add_scalar(1.0))
    };
    logits.mul(negative).sub(log_p)
}
