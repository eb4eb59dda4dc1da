//! Clipping, by the norm over all parameters or of each, and by value.

use burn::tensor::Tensor;
use kiln_kernels::squared_norm;

use super::Gradients;

impl Gradients {
    /// The Euclidean norm over all elements of all gradients, `[1]`, on the device; `None` without gradients.
    pub fn global_norm(&self) -> Option<Tensor<1>> {
        self.iter()
            .map(|(_, gradient)| squared_norm(gradient.clone()))
            .reduce(|sum, square| sum.add(square))
            .map(Tensor::sqrt)
    }

    /// Scales all gradients by `min(1, max / (norm + 1e-6))`, as PyTorch's `clip_grad_norm_`.
    ///
    /// `max` is positive. A norm that is not finite makes every gradient NaN or zero, as in PyTorch
    /// (`error_if_nonfinite=False`); nothing here waits for the device to find out.
    pub fn clip_norm(self, max: f64) -> Self {
        match self.global_norm() {
            Some(norm) => self.clip_known_norm(norm, max),
            None => self,
        }
    }

    /// As [`Gradients::clip_norm`], where [`Gradients::global_norm`] is known.
    pub fn clip_known_norm(self, norm: Tensor<1>, max: f64) -> Self {
        let factor = Self::clip_factor(norm, max);
        self.map(|_, gradient| gradient.mul(factor.clone()))
    }

    /// `min(1, max / (norm + 1e-6))`, `[1]`: what [`Gradients::clip_norm`] multiplies with, for
    /// [`Optimizer::step_with`](crate::Optimizer::step_with).
    pub fn clip_factor(norm: Tensor<1>, max: f64) -> Tensor<1> {
        norm.add_scalar(1e-6).recip().mul_scalar(max).clamp_max(1.0)
    }

    /// Scales the gradient of each parameter by `min(1, max / (norm + 1e-6))` of its own norm, as PyTorch's
    /// `clip_grad_norm_` on one parameter after the other. `max` is positive.
    pub fn clip_param_norm(self, max: f64) -> Self {
        self.map(|_, gradient| {
            let norm = squared_norm(gradient.clone()).sqrt();
            gradient.mul(Self::clip_factor(norm, max))
        })
    }

    /// Limits every element to `[-max, max]`, as PyTorch's `clip_grad_value_`. `max` is positive.
    pub fn clip_value(self, max: f64) -> Self {
        self.map(|_, gradient| gradient.clamp(-max, max))
    }
}
