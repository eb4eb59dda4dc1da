//! Adam and AdamW.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::{betas, check};
use super::elastic::{Size, Sized};
use super::formula::{Formula, Value, run_proximal};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{AdamConfig, AdamwConfig, OptimError, StepSize};

/// `torch.optim.Adam` and `AdamW` (Kingma and Ba 2015; Loshchilov and Hutter 2019):
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `w ← w − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)`.
///
/// Adam's decay is coupled, `g ← g + decay · w`; AdamW's multiplies the weight by `1 − lr · decay` first.
/// AMSGrad (Reddi et al. 2018) puts the largest `v` so far in the root.
#[derive(Debug)]
pub(super) struct Adam {
    betas: [f64; 2],
    eps: f64,
    decoupled: bool,
    amsgrad: bool,
}

impl Adam {
    pub(super) fn coupled(config: &AdamConfig) -> Result<Self, OptimError> {
        Self::new(config.betas, config.eps, config.amsgrad, false)
    }

    pub(super) fn decoupled(config: &AdamwConfig) -> Result<Self, OptimError> {
        Self::new(config.betas, config.eps, config.amsgrad, true)
    }

    fn new(rates: [f64; 2], eps: f64, amsgrad: bool, decoupled: bool) -> Result<Self, OptimError> {
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

impl<const S: usize> Sized<S> for Step
where
    Self: Formula<S>,
{
    /// The last that is kept is what is divided by.
    #[inline(always)]
    fn size<V: Value>(&self, kept: &[V; S]) -> Size<V> {
        Size::Each(self.under(kept[S - 1].clone()).recip() * self.lr)
    }
}
