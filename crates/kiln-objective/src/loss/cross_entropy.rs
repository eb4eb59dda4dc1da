//! Cross-entropy of logits.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use kiln_core::Range;
use kiln_kernels::cross_entropy;
use serde::{Deserialize, Serialize};

use super::terms::LossTerms;
use super::{ClassWeights, ConvexLoss, LossKind, members};
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Cross-entropy of softmax outputs against classes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = CrossEntropyConfig { label_smoothing: 0.1, ..CrossEntropyConfig::default() })]
pub struct CrossEntropyConfig {
    /// Share of the target spread evenly over all classes, `[0, 1]`, as PyTorch's `label_smoothing`. Default 0.
    #[serde(default)]
    #[schemars(transform = Range::UNIT.bounds())]
    pub label_smoothing: f64,
    /// A weight for each class, positive; the mean is weighted as in PyTorch. A list in the order of the classes, a table by
    /// their names such as `{ yes = 3.0 }` (others count 1), or `balanced`: by the training items of each class, so that
    /// all classes count the same together, as scikit-learn's `class_weight`. Default: all 1.
    #[serde(default, skip_serializing_if = "ClassWeights::is_equal")]
    pub class_weights: ClassWeights,
    /// Items of this class, counted from 0, do not count. It may lie outside the classes, as PyTorch's −100. Default:
    /// every item counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_index: Option<i64>,
}

/// `torch.nn.CrossEntropyLoss`: with `p = softmax(x)`, class weights `w` (1 without) and smoothing `ε`,
/// `[(1 − ε) Σᵢ −w_yᵢ log pᵢ_yᵢ + ε/K Σᵢ Σ_c −w_c log pᵢ_c] / Σᵢ w_yᵢ`.
///
/// Items of the class `ignore_index` are left out of all sums. PyTorch's mean over nothing is NaN; here it is 0.
///
/// For probabilities `q` as targets, `mean over i of −Σ_c w_c q'ᵢ_c log pᵢ_c` with `q' = (1 − ε) q + ε/K`.
impl LossKind for CrossEntropyConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.classes()
    }

    fn check(&self, classes: usize) -> Result<(), ObjectiveError> {
        Range::UNIT.check("loss.label_smoothing", self.label_smoothing)?;
        self.class_weights.check(classes)
    }

    fn know_classes(&mut self, names: &[String], counts: Option<&[f64]>) -> Result<(), ObjectiveError> {
        self.class_weights = self.class_weights.for_classes(names, counts)?;
        Ok(())
    }

    fn class_weights(&self) -> Option<&[f64]> {
        self.class_weights.list()
    }

    fn of_classes(&self, logits: Tensor<2>, classes: Tensor<1, Int>) -> LossTerms {
        let (classes, kept) = self.kept(classes, &logits);
        let counts = own(self.row(&logits), classes.clone(), kept.clone());
        let losses = cross_entropy(logits, classes, self.class_weights.list(), self.label_smoothing);
        let losses = losses.unsqueeze_dim(1);
        let losses = match kept {
            Some(kept) => losses.mul(kept),
            None => losses,
        };
        LossTerms { losses, counts }
    }

    fn of_values(&self, logits: Tensor<2>, shares: Tensor<2>) -> Tensor<2> {
        let classes = logits.dims()[1];
        let log_p = log_softmax(logits, 1);
        let log_p = match self.row(&log_p) {
            Some(row) => log_p.mul(row),
            None => log_p,
        };
        let smoothing = self.label_smoothing;
        let shares = if smoothing == 0.0 {
            shares
        } else {
            shares.mul_scalar(1.0 - smoothing).add_scalar(smoothing / classes as f64)
        };
        log_p.mul(shares).sum_dim(1).neg()
    }

    fn counts(&self, classes: Tensor<1, Int>) -> Option<Tensor<2>> {
        if self.ignore_index.is_none() && self.class_weights.list().is_none() {
            return None;
        }
        let like = Tensor::zeros([1, 1], &classes.device());
        let (classes, kept) = self.kept(classes, &like);
        own(self.row(&like), classes, kept)
    }

    fn average(&self, members: Tensor<3>) -> Tensor<2> {
        members::log_mean_exp(log_softmax(members, 2))
    }

    fn smooth(&mut self, share: f64) -> bool {
        let smooths = self.label_smoothing > 0.0;
        self.label_smoothing *= share;
        smooths
    }

    fn convex(&self) -> Option<ConvexLoss> {
        Some(ConvexLoss::Softmax)
    }

    fn beyond_convex(&self) -> Option<&'static str> {
        let settings = [
            ("label_smoothing", self.label_smoothing != 0.0),
            ("class_weights", !self.class_weights.is_equal()),
            ("ignore_index", self.ignore_index.is_some()),
        ];
        settings.into_iter().find_map(|(setting, is_set)| is_set.then_some(setting))
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

impl CrossEntropyConfig {
    /// The weights as a row, in the place and data type of `like`.
    fn row(&self, like: &Tensor<2>) -> Option<Tensor<2>> {
        let options = (&like.device(), like.dtype());
        self.class_weights.list().map(|weights| Tensor::<1>::from_data(weights, options).unsqueeze())
    }

    /// The classes, and which of them are not ignored, `[N, 1]`, 0 or 1; `None`: all.
    fn kept(&self, classes: Tensor<1, Int>, like: &Tensor<2>) -> (Tensor<1, Int>, Option<Tensor<2>>) {
        let Some(ignored) = self.ignore_index else { return (classes, None) };
        let ignored = classes.clone().equal_elem(ignored);
        let kept = ignored.clone().bool_not().float().cast(like.dtype()).unsqueeze_dim(1);
        // Its place must exist, and what is found there does not count.
        (classes.mask_fill(ignored, 0), Some(kept))
    }
}

/// The weight of each item's class, of `row`, where it is `kept`: `[N, 1]`.
fn own(row: Option<Tensor<2>>, classes: Tensor<1, Int>, kept: Option<Tensor<2>>) -> Option<Tensor<2>> {
    let own = row.map(|row| row.select(1, classes).swap_dims(0, 1));
    [own, kept].into_iter().flatten().reduce(Tensor::mul)
}
