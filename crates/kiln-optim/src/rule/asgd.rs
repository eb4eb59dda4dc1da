//! Averaged SGD.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::check;
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{AsgdConfig, OptimError, StepSize};

/// `torch.optim.ASGD` (Polyak and Juditsky 1992): `w ← (1 − λ η) w − η g`, then `a ← a + μ (w − a)`, with
/// `η = lr/(1 + λ · lr · t)^α` and `μ = 1/max(1, t − t₀)` of the update before (the first time `lr` and 1).
///
/// Evaluation uses the average `a`.
#[derive(Debug)]
pub(super) struct Asgd {
    lambd: f64,
    alpha: f64,
    t0: f64,
}

impl Asgd {
    pub(super) fn new(config: &AsgdConfig) -> Result<Self, OptimError> {
        let range = Range::at_least(0.0);
        Ok(Self {
            lambd: check("lambd", config.lambd, range)?,
            alpha: check("alpha", config.alpha, range)?,
            t0: check("t0", config.t0, range)?,
        })
    }
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
