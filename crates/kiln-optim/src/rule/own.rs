//! A rule of a user's own, with what every optimiser has beside it.

use std::sync::Arc;

use kiln_core::Range;

use super::{Rule, check};
use crate::OptimError;

/// A rule of one's own, with what the settings of every optimiser say. For
/// [`Optimizer::with_rule`](crate::Optimizer::with_rule).
///
/// ```
/// use burn::tensor::Tensor;
/// use kiln_optim::{At, Gradient, Kept, Optimizer, OwnRule, Rule, Slot, StepSize};
///
/// /// signSGD (Bernstein et al. 2018) with decoupled weight decay.
/// #[derive(Debug)]
/// struct SignSgd;
///
/// impl Rule for SignSgd {
///     fn slots(&self, _: &[usize]) -> Vec<Slot> {
///         Vec::new()
///     }
///
///     fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
///         let step = gradient.tensor(&weight).sign().mul_scalar(at.lr);
///         (weight.mul_scalar(1.0 - at.lr * at.weight_decay).sub(step), kept)
///     }
///
///     fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
///         None
///     }
/// }
///
/// let optimizer = Optimizer::of_rule(OwnRule::new(SignSgd, 1e-3).weight_decay(0.01))?;
/// assert_eq!(optimizer.updates(), 0);
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug, Clone)]
pub struct OwnRule {
    pub(crate) rule: Arc<dyn Rule>,
    pub(crate) lr: f64,
    pub(crate) weight_decay: f64,
    pub(crate) decay_all: bool,
    pub(crate) has_step_size: bool,
}

impl OwnRule {
    /// A rule with its learning rate, at least 0, before any schedule. No weight decay, and no proximal steps.
    pub fn new(rule: impl Rule + 'static, lr: f64) -> Self {
        Self { rule: Arc::new(rule), lr, weight_decay: 0.0, decay_all: true, has_step_size: false }
    }

    /// The weight decay that the rule is given in [`At::weight_decay`](super::At::weight_decay), at least 0, before any group
    /// and schedule.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    #[must_use]
    pub fn decay_all(self, decay_all: bool) -> Self {
        Self { decay_all, ..self }
    }

    /// Says that [`Rule::step_size`] gives the length of every update, so that proximal penalties can follow it.
    #[must_use]
    pub fn with_step_size(self) -> Self {
        Self { has_step_size: true, ..self }
    }

    /// The learning rate, before any schedule.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Weight decay, before any group and schedule.
    pub fn decay(&self) -> f64 {
        self.weight_decay
    }

    /// Whether proximal penalties can follow its updates.
    pub fn is_proximal(&self) -> bool {
        self.has_step_size
    }

    /// Whether the numbers are in their ranges.
    pub(crate) fn check(&self) -> Result<(), OptimError> {
        check("lr", self.lr, Range::at_least(0.0))?;
        check("weight_decay", self.weight_decay, Range::at_least(0.0))?;
        Ok(())
    }
}
