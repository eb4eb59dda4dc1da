//! The multi-class margin loss.

use burn::tensor::{Int, Tensor};
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::LossKind;
use super::terms::LossTerms;
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// Multi-class margin loss: one output a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = MultiMarginConfig::default())]
pub struct MultiMarginConfig {
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

impl Default for MultiMarginConfig {
    fn default() -> Self {
        Self { margin: one(), squared: false }
    }
}

impl LossKind for MultiMarginConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.classes()
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::POSITIVE.check("loss.margin", self.margin)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        multi_margin_of_shares(outputs, values, self.margin, self.squared)
    }

    fn of_classes(&self, outputs: Tensor<2>, classes: Tensor<1, Int>) -> LossTerms {
        LossTerms::of(multi_margin(outputs, classes, self.margin, self.squared))
    }

    fn is_non_negative(&self) -> bool {
        true
    }
}

/// `1/K Σ_{c ≠ y} max(0, m − x_y + x_c)`, the terms squared where `squared`, for each item: `torch.nn.MultiMarginLoss`
/// with `p` 1 or 2 (Crammer, Singer, 2001, who take the largest term).
///
/// `outputs`: `[N, K]`, `classes`: `[N]`. The result is `[N, 1]`.
pub fn multi_margin(outputs: Tensor<2>, classes: Tensor<1, Int>, margin: f64, squared: bool) -> Tensor<2> {
    let [_, classes_there_are] = outputs.dims();
    let index: Tensor<2, Int> = classes.unsqueeze_dim(1);
    let own = outputs.clone().gather(1, index.clone());
    let all: Tensor<2, Int> =
        Tensor::<1, Int>::arange(0..classes_there_are as i64, &outputs.device()).unsqueeze();
    let is_own = all.equal(index.repeat_dim(1, classes_there_are));
    let missing = outputs.sub(own).add_scalar(margin).clamp_min(0.0).mask_fill(is_own, 0.0);
    let missing = if squared { missing.square() } else { missing };
    missing.sum_dim(1).mul_scalar(1.0 / classes_there_are as f64)
}

/// [`multi_margin`] of shares of the classes, `[N, classes]`: that of each class, by its share. `[N, 1]`.
fn multi_margin_of_shares(outputs: Tensor<2>, shares: Tensor<2>, margin: f64, squared: bool) -> Tensor<2> {
    let [items, classes] = outputs.dims();
    let device = outputs.device();
    let of_class = |class: usize| {
        let all = Tensor::<1, Int>::full([items], class as i64, &device);
        let share = shares.clone().narrow(1, class, 1);
        multi_margin(outputs.clone(), all, margin, squared).mul(share)
    };
    (1..classes).fold(of_class(0), |sum, class| sum.add(of_class(class)))
}
