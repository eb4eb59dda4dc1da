//! A penalty of one's own.

use std::fmt;

use burn::tensor::Tensor;

use super::on_weights::{Penalty, WeightView};

/// A penalty as a function of one weight; its gradient is found by automatic differentiation. A trainer takes it as it is:
///
/// ```text
/// trainer.penalty(Custom::new("1e-4 Σ w⁴", |weight| weight.flat.powi_scalar(4).sum().mul_scalar(1e-4)))
/// ```
///
/// In a loop of one's own it is a term of [`Penalties`](crate::Penalties):
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::{ParamSelection, params};
/// use kiln_objective::{Custom, Penalties, PenaltyTerm};
///
/// let model = LinearConfig::new(3, 2).init(&Device::default().autodiff());
/// let quartic = Custom::new("0.1 Σ w⁴", |weight| weight.flat.powi_scalar(4).sum().mul_scalar(0.1));
/// let penalties = Penalties::default().with(PenaltyTerm::new(quartic), &params::list(&model))?;
/// assert_eq!(penalties.describe(), ["0.1 Σ w⁴ over weight (6 numbers)"]);
/// # Ok::<(), kiln_objective::ObjectiveError>(())
/// ```
pub struct Custom<F> {
    formula: String,
    value: F,
}

impl<F: Fn(WeightView<'_>) -> Tensor<1> + Send + Sync> Custom<F> {
    /// A penalty with a formula for messages, λ included, and a function that gives `λ · R(w)`, `[1]`, by operations that autodiff
    /// follows.
    pub fn new(formula: impl Into<String>, value: F) -> Self {
        Self { formula: formula.into(), value }
    }
}

impl<F: Fn(WeightView<'_>) -> Tensor<1> + Send + Sync> Penalty for Custom<F> {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        (self.value)(weight)
    }
}

impl<F> fmt::Display for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.formula)
    }
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Custom({})", self.formula)
    }
}
