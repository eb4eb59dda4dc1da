//! The Jacobian penalty.

use burn::tensor::{Tensor, TensorData};
use kiln_core::{NumberError, Range, Seed};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_batch::{BatchPenalty, BatchView};
use crate::schema::JsonSchema;

/// `λ` times the mean squared norm of the Jacobian of the outputs with respect to an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = JacobianConfig::new(1e-2))]
pub struct JacobianConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// Standard deviation of what an input moves by for a difference, positive, in the unit of the model's inputs. Default
    /// 0.01.
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

impl JacobianConfig {
    /// λ, with a step of 0.01, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, step: hundredth(), schedule: None }
    }
}

impl PenaltyKind for JacobianConfig {
    fn shared(&self) -> Shared<'_> {
        Shared { strength: self.strength, schedule: self.schedule.as_ref(), params: None, proximal: false }
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        Range::POSITIVE.check(&format!("{key}.step"), self.step)?;
        Ok(())
    }

    fn on_batch(&self) -> Option<Box<dyn BatchPenalty>> {
        Some(Box::new(Jacobian { strength: self.strength, step: self.step }))
    }

    fn formula(&self) -> String {
        "λ·mean over items of ‖∂outputs/∂x‖² (no ½)".to_owned()
    }
}

/// `λ` times the mean over the items of `‖∂f/∂x‖²`, the squared Frobenius norm of the Jacobian of the raw outputs with respect to
/// the item (Hoffman, Roberts, Yaida: Robust learning with Jacobian regularization, 2019).
///
/// Its expected value is found from one random direction `v` for each item, `‖J v‖²` with `v` normal, and `J v` is the central
/// difference `(f(x + h v) − f(x − h v))/2h`: two forward passes more, and only first derivatives. The penalty is exactly that, and
/// so is its gradient; for a model that is linear near `x` it is the Jacobian's.
#[derive(Debug, Clone, PartialEq)]
pub struct Jacobian {
    /// λ, at least 0.
    pub strength: f64,
    /// h, positive: the standard deviation of what each input moves by.
    pub step: f64,
}

impl Jacobian {
    /// The penalty at inputs `[N, features]`, `[1]`. `outputs` is the model, with the same dropout masks at every call; the
    /// directions are a function of the seed.
    pub fn value(
        &self,
        outputs: impl Fn(Tensor<2>) -> Tensor<2>,
        inputs: Tensor<2>,
        seed: Seed,
    ) -> Tensor<1> {
        let [items, features] = inputs.dims();
        let draws: Vec<f64> = (0..(items * features) as u64).map(|i| self.step * seed.normal(i)).collect();
        let data = TensorData::new(draws, [items, features]).convert_dtype(inputs.dtype());
        let moved = Tensor::<2>::from_data(data, (&inputs.device(), inputs.dtype()));
        let difference = outputs(inputs.clone().add(moved.clone())).sub(outputs(inputs.sub(moved)));
        let scale = 1.0 / (2.0 * self.step);
        difference.mul_scalar(scale).square().sum().mul_scalar(self.strength / items.max(1) as f64)
    }
}

impl BatchPenalty for Jacobian {
    fn on_inputs(&self, batch: &dyn BatchView, seed: Seed) -> Option<Tensor<1>> {
        Some(self.value(|inputs| batch.outputs(inputs), batch.inputs(), seed))
    }
}
