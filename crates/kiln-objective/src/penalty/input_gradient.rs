//! The input-gradient penalty.

use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_batch::{BatchPenalty, BatchView};
use crate::schema::JsonSchema;

/// `λ` times the mean squared norm of the loss's gradient with respect to an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = InputGradientConfig::new(1e-2))]
pub struct InputGradientConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// How far an input moves at most for a difference, positive, in the unit of the model's inputs. Default 0.01.
    #[serde(default = "hundredth")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub step: f64,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

fn hundredth() -> f64 {
    0.01
}

impl InputGradientConfig {
    /// λ, with a step of 0.01, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, step: hundredth(), schedule: None }
    }
}

impl PenaltyKind for InputGradientConfig {
    fn shared(&self) -> Shared<'_> {
        Shared { strength: self.strength, schedule: self.schedule.as_ref(), params: None, proximal: false }
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        Range::POSITIVE.check(&format!("{key}.step"), self.step)?;
        Ok(())
    }

    fn on_batch(&self) -> Option<Box<dyn BatchPenalty>> {
        Some(Box::new(InputGradient { strength: self.strength, step: self.step }))
    }

    fn formula(&self) -> String {
        "λ·mean over items of ‖∂loss/∂x‖² (no ½)".to_owned()
    }
}

/// `λ` times the mean over the items of `‖∂ℓᵢ/∂xᵢ‖²`, the squared norm of an item's loss with respect to the item (Drucker and
/// LeCun: Improving generalization performance using double backpropagation, 1992).
///
/// Its gradient with respect to the parameters is a second derivative along `g = ∂J/∂x`, which is taken as the central difference
/// of first ones, at `x + ε g` and `x − ε g`: one pass forward and back and two forward more, and back through those two. With
/// batch norm items are not apart from each other, and `g` is that of the batch; its running statistics see all passes.
#[derive(Debug, Clone, PartialEq)]
pub struct InputGradient {
    /// λ, at least 0.
    pub strength: f64,
    /// How far an input moves at most, positive.
    pub step: f64,
}

impl InputGradient {
    /// The penalty at inputs `[N, features]`, `[1]`, with its gradient. `loss` is the mean loss of the batch as a function of the
    /// inputs, with the same dropout masks at every call.
    pub fn value(&self, loss: impl Fn(Tensor<2>) -> Tensor<1>, inputs: Tensor<2>) -> Tensor<1> {
        let items = inputs.dims()[0] as f64;
        let leaf = inputs.clone().detach().require_grad();
        let gradients = loss(leaf.clone()).backward();
        let Some(gradient) = leaf.grad(&gradients) else {
            // The loss does not depend on the inputs.
            return loss(inputs).mul_scalar(0.0);
        };
        let largest = gradient.clone().abs().max().clamp_min(f64::from(f32::MIN_POSITIVE));
        let rate = largest.recip().mul_scalar(self.step);
        let value = gradient.clone().square().sum().mul_scalar(items * self.strength);
        let moved = gradient.mul(rate.clone().reshape([1, 1]));
        let moved = Tensor::<2>::from_inner(moved);
        let difference = loss(inputs.clone().add(moved.clone())).sub(loss(inputs.sub(moved)));
        let slope = difference.mul(Tensor::from_inner(rate.recip().mul_scalar(items * self.strength)));
        // The slope has the gradient of the penalty, and twice its value.
        slope.clone().sub(slope.detach()).add(Tensor::from_inner(value))
    }
}

impl BatchPenalty for InputGradient {
    fn on_inputs(&self, batch: &dyn BatchView, _seed: Seed) -> Option<Tensor<1>> {
        Some(self.value(|inputs| batch.loss(inputs), batch.inputs()))
    }
}
