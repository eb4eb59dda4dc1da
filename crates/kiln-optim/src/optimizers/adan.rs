//! Adan.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, betas, check, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Adan (Xie et al. 2023), as `timm.optim.Adan`: Adam with Nesterov's momentum from differences of gradients.
///
/// With `d` the change of the gradient since the last update (0 at the first), `m ← β₁ m + (1 − β₁) g`,
/// `e ← β₂ e + (1 − β₂) d`, `n ← β₃ n + (1 − β₃)(g + β₂ d)²`,
/// `w ← w − lr · [m/(1 − β₁ᵗ) + β₂ e/(1 − β₂ᵗ)] / (√(n/(1 − β₃ᵗ)) + eps)`, then `w ← w/(1 + lr · decay)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 5e-3, weight_decay: 0.02, ..Self::default() })]
pub struct AdanConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rates of the mean, of the mean difference and of the squares, each `[0, 1)`. Default `[0.98, 0.92, 0.99]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 3],
    /// Added to the root, positive. Default 1e-8.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Decoupled weight decay, a proximal step: the weights are divided by `1 + lr · decay`, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether the weights are multiplied by `1 − lr · decay` before the step instead. Default false.
    pub no_prox: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdanConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            betas: [0.98, 0.92, 0.99],
            eps: 1e-8,
            weight_decay: 0.0,
            no_prox: false,
            decay_all: true,
        }
    }
}

impl OptimKind for AdanConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        if self.no_prox { DecayForm::Decoupled } else { DecayForm::Proximal }
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        let [beta1, beta2, beta3] = self.betas;
        let decay = notation::decay(self.weight_decay, self.decay_form());
        let (before, after) = if self.no_prox { (decay, Vec::new()) } else { (Vec::new(), decay) };
        let mut lines = before;
        lines.push(format!(
            "d = g − g before;  m ← {beta1}·m + (1 − {beta1})·g;  e ← {beta2}·e + (1 − {beta2})·d;  \
             n ← {beta3}·n + (1 − {beta3})·(g + {beta2}·d)²"
        ));
        lines.push(format!("θ ← θ − lr·(m̂ + {beta2}·ê)/(√n̂ + {:?})", self.eps));
        lines.extend(after);
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Adan {
            betas: betas(self.betas)?,
            eps: check("eps", self.eps, Range::POSITIVE)?,
            no_prox: self.no_prox,
        }))
    }
}

/// The rule of [`AdanConfig`].
#[derive(Debug)]
struct Adan {
    betas: [f64; 3],
    eps: f64,
    no_prox: bool,
}

impl Rule for Adan {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_avg_diff", "exp_avg_sq", "neg_pre_grad"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let corrected = self.betas.map(|beta| 1.0 - beta.powf(at.t()));
        let proximal = 1.0 / (1.0 + at.lr * at.weight_decay);
        let step = Step {
            before: if self.no_prox { at.keep() } else { 1.0 },
            after: if self.no_prox { 1.0 } else { proximal },
            betas: self.betas,
            mean: at.lr / corrected[0],
            difference: at.lr * self.betas[1] / corrected[1],
            root: 1.0 / corrected[2].sqrt(),
            eps: self.eps,
            changed: if at.step == 1 { 0.0 } else { 1.0 },
        };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, tensors.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let root = 1.0 / (1.0 - self.betas[2].powf(at.t())).sqrt();
        let square = kept.tensors.get(2)?.clone();
        Some(StepSize::over(at.lr, square.sqrt().mul_scalar(root).add_scalar(self.eps)))
    }
}

#[derive(Clone, Copy)]
struct Step {
    /// Factor of the weight before the step.
    before: f64,
    /// Factor of the weight after it.
    after: f64,
    betas: [f64; 3],
    /// Factor of the mean.
    mean: f64,
    /// Factor of the mean difference.
    difference: f64,
    root: f64,
    eps: f64,
    /// 1 where there is a gradient before this one.
    changed: f64,
}

impl Formula<4> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, kept: [V; 4]) -> (V, [V; 4]) {
        let [mean, difference, square, before] = kept;
        let [beta1, beta2, beta3] = self.betas;
        let change = (gradient.clone() + before) * self.changed;
        let mean = mean.toward(gradient.clone(), beta1);
        let difference = difference.toward(change.clone(), beta2);
        let square = square.toward((change * beta2 + gradient.clone()).squared(), beta3);
        let under = square.clone().root() * self.root + self.eps;
        let moved = (mean.clone() * self.mean + difference.clone() * self.difference) / under;
        let weight = (weight.shrunk(self.before) - moved).shrunk(self.after);
        (weight, [mean, difference, square, gradient * -1.0])
    }
}
