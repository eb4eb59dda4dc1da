//! Averaged SGD.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, check, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Averaged SGD (Polyak and Juditsky 1992), as `torch.optim.ASGD`. Evaluation, best weights and checkpoints use the average.
///
/// `w ← (1 − λ η) w − η g`, then `a ← a + μ (w − a)`, with `η = lr/(1 + λ · lr · t)^α` and `μ = 1/max(1, t − t₀)` of the update
/// before (the first time `lr` and 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 0.1, t0: 1000.0, ..Self::default() })]
pub struct AsgdConfig {
    /// Learning rate, at least 0. Default 0.01.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// λ: every step shrinks the weights by `λ · η`, at least 0. Default 1e-4.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lambd: f64,
    /// Power with which the step size η falls, at least 0. Default 0.75.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub alpha: f64,
    /// Update after which averaging begins, at least 0; before it the average is the weights. Default 1e6.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub t0: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AsgdConfig {
    fn default() -> Self {
        Self { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weight_decay: 0.0, decay_all: true }
    }
}

impl OptimKind for AsgdConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        // λ shrinks the weights besides.
        DecayForm::Coupled
    }

    fn rescales(&self) -> bool {
        false
    }

    fn formula(&self) -> Vec<String> {
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!(
            "η = lr/(1 + {0:?}·lr·(t − 1))^{1:?};  θ ← (1 − {0:?}·η)·θ − η·g",
            self.lambd, self.alpha
        ));
        lines.push(format!("a ← a + (θ − a)/max(1, t − 1 − {:?});  a is what counts", self.t0));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let range = Range::at_least(0.0);
        Ok(Box::new(Asgd {
            lambd: check("lambd", self.lambd, range)?,
            alpha: check("alpha", self.alpha, range)?,
            t0: check("t0", self.t0, range)?,
        }))
    }
}

/// The rule of [`AsgdConfig`].
#[derive(Debug)]
struct Asgd {
    lambd: f64,
    alpha: f64,
    t0: f64,
}

/// η and μ for the update at hand.
fn numbers(kept: &Kept, at: At<'_>) -> [f64; 2] {
    match kept.numbers[..] {
        [eta, mu] => [eta, mu],
        _ => [at.lr, 1.0],
    }
}

impl Rule for Asgd {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["ax"], dims)
    }

    fn numbers(&self) -> &'static [&'static str] {
        &["eta", "mu"]
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let [eta, _] = numbers(&kept, at);
        let step = Step { decay: at.weight_decay, keep: 1.0 - self.lambd * eta, eta };
        let (point, _) = run(step, weight, gradient, Vec::new());
        (point, kept)
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let [eta, _] = numbers(kept, at);
        Some(StepSize::Same(eta))
    }

    fn finish(&self, point: Tensor<1>, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let [_, mu] = numbers(&kept, at);
        let average = match kept.tensors.into_iter().next() {
            Some(average) if mu != 1.0 => run(Average { mu }, average, point.clone(), Vec::new()).0,
            _ => point.clone(),
        };
        let eta = at.lr / (1.0 + self.lambd * at.lr * at.t()).powf(self.alpha);
        let mu = 1.0 / (at.t() - self.t0).max(1.0);
        (point, Kept { tensors: vec![average], numbers: vec![eta, mu] })
    }

    fn averaged(&self) -> Option<&'static str> {
        Some("ax")
    }
}

#[derive(Clone, Copy)]
struct Step {
    decay: f64,
    keep: f64,
    eta: f64,
}

impl Formula<0> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, []: [V; 0]) -> (V, [V; 0]) {
        let gradient = gradient.decayed(&weight, self.decay);
        (weight.shrunk(self.keep) - gradient * self.eta, [])
    }
}

#[derive(Clone, Copy)]
struct Average {
    mu: f64,
}

impl Formula<0> for Average {
    #[inline(always)]
    fn apply<V: Value>(&self, average: V, point: V, []: [V; 0]) -> (V, [V; 0]) {
        (average.clone() + (point - average) * self.mu, [])
    }
}
