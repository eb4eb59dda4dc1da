//! The Jacobian penalty.

use burn::tensor::{Tensor, TensorData};
use kiln_core::Seed;

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
