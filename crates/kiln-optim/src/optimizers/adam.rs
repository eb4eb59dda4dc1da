//! Adam, and the rule that it shares with AdamW.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::elastic::{Size, StepSized};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, betas, check, notation, run_proximal};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Adam (Kingma and Ba 2015), as `torch.optim.Adam`. Its weight decay is coupled (L2), as in PyTorch.
///
/// `g ← g + decay · w`, `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `w ← w − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)`.
/// AMSGrad (Reddi et al. 2018) puts the largest `v` so far in the root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 3e-3, ..Self::default() })]
pub struct AdamConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether the largest second moment so far is used. Default false.
    pub amsgrad: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.0, amsgrad: false, decay_all: true }
    }
}

impl OptimKind for AdamConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Coupled
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        formula(self.weight_decay, self.decay_form(), self.betas, self.eps, self.amsgrad)
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Adam::new(self.betas, self.eps, self.amsgrad, false)?))
    }
}

/// The lines of Adam and AdamW.
pub(super) fn formula(decay: f64, form: DecayForm, betas: [f64; 2], eps: f64, amsgrad: bool) -> Vec<String> {
    let mut lines = notation::decay(decay, form);
    lines.push(notation::moments(betas));
    if amsgrad {
        lines.push("v is the largest so far".to_owned());
    }
    lines.push(format!("θ ← θ − lr·m̂/(√v̂ + {eps:?})"));
    lines
}

/// The rule of [`AdamConfig`] and of [`AdamwConfig`](super::AdamwConfig), whose decay is decoupled.
#[derive(Debug)]
pub(super) struct Adam {
    betas: [f64; 2],
    eps: f64,
    decoupled: bool,
    amsgrad: bool,
}

impl Adam {
    pub(super) fn new(rates: [f64; 2], eps: f64, amsgrad: bool, decoupled: bool) -> Result<Self, OptimError> {
        Ok(Self { betas: betas(rates)?, eps: check("eps", eps, Range::POSITIVE)?, decoupled, amsgrad })
    }
}

impl Rule for Adam {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        let names = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];
        Slot::each(&names[..if self.amsgrad { 3 } else { 2 }], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let [beta1, beta2] = self.betas;
        let step = Step {
            coupled: if self.decoupled { 0.0 } else { at.weight_decay },
            keep: if self.decoupled { at.keep() } else { 1.0 },
            betas: self.betas,
            rate: at.lr / (1.0 - beta1.powf(at.t())),
            root: 1.0 / (1.0 - beta2.powf(at.t())).sqrt(),
            eps: self.eps,
            lr: at.lr,
        };
        let (weight, kept) = if self.amsgrad {
            run_proximal::<3>(step, weight, gradient, kept.tensors, at.prox)
        } else {
            run_proximal::<2>(step, weight, gradient, kept.tensors, at.prox)
        };
        (weight, kept.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let square = kept.tensors.get(if self.amsgrad { 2 } else { 1 })?.clone();
        let root = 1.0 / (1.0 - self.betas[1].powf(at.t())).sqrt();
        Some(StepSize::over(at.lr, square.sqrt().mul_scalar(root).add_scalar(self.eps)))
    }

    fn is_proximal(&self) -> bool {
        true
    }
}

#[derive(Clone, Copy)]
struct Step {
    coupled: f64,
    keep: f64,
    betas: [f64; 2],
    /// The learning rate with the bias of the mean corrected.
    rate: f64,
    /// What corrects the bias of `√v`.
    root: f64,
    eps: f64,
    /// The learning rate as it is: what a gradient that stays the same moves a weight by.
    lr: f64,
}

impl Step {
    #[inline(always)]
    fn moments<V: Value>(&self, weight: &V, gradient: V, mean: V, square: V) -> [V; 2] {
        let gradient = gradient.decayed(weight, self.coupled);
        let mean = mean.toward(gradient.clone(), self.betas[0]);
        [mean, square.toward(gradient.squared(), self.betas[1])]
    }

    #[inline(always)]
    fn moved<V: Value>(&self, weight: V, mean: V, square: V) -> V {
        weight.shrunk(self.keep) - mean * self.rate / self.under(square)
    }

    #[inline(always)]
    fn under<V: Value>(&self, square: V) -> V {
        square.root() * self.root + self.eps
    }
}

impl Formula<2> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [mean, square]: [V; 2]) -> (V, [V; 2]) {
        let [mean, square] = self.moments(&weight, gradient, mean, square);
        (self.moved(weight, mean.clone(), square.clone()), [mean, square])
    }
}

impl Formula<3> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [mean, square, largest]: [V; 3]) -> (V, [V; 3]) {
        let [mean, square] = self.moments(&weight, gradient, mean, square);
        let largest = largest.larger(square.clone());
        (self.moved(weight, mean.clone(), largest.clone()), [mean, square, largest])
    }
}

impl<const S: usize> StepSized<S> for Step
where
    Self: Formula<S>,
{
    /// The last kept value is the divisor.
    #[inline(always)]
    fn size<V: Value>(&self, kept: &[V; S]) -> Size<V> {
        Size::Each(self.under(kept[S - 1].clone()).recip() * self.lr)
    }
}
