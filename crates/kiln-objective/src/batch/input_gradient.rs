//! The input-gradient penalty.

use burn::tensor::Tensor;

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
