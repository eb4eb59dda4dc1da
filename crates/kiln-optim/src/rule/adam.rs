//! Adam and AdamW.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::{At, Rule, check, decay, decay_factors, host};
use crate::{AdamConfig, AdamwConfig, OptimError};

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
    decay: f64,
    decoupled: bool,
    amsgrad: bool,
}

impl Adam {
    pub(super) fn coupled(config: &AdamConfig) -> Result<Self, OptimError> {
        Self::new(config.betas, config.eps, config.weight_decay, config.amsgrad, false)
    }

    pub(super) fn decoupled(config: &AdamwConfig) -> Result<Self, OptimError> {
        Self::new(config.betas, config.eps, config.weight_decay, config.amsgrad, true)
    }

    fn new(
        betas: [f64; 2],
        eps: f64,
        decay: f64,
        amsgrad: bool,
        decoupled: bool,
    ) -> Result<Self, OptimError> {
        Ok(Self {
            betas: [
                check("betas[0]", betas[0], Range::BELOW_ONE)?,
                check("betas[1]", betas[1], Range::BELOW_ONE)?,
            ],
            eps: check("eps", eps, Range::POSITIVE)?,
            decay: check("weight_decay", decay, Range::at_least(0.0))?,
            decoupled,
            amsgrad,
        })
    }
}

impl Rule for Adam {
    fn slots(&self) -> &'static [&'static str] {
        if self.amsgrad { &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] } else { &["exp_avg", "exp_avg_sq"] }
    }

    fn update(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        match host::plain(&weight, &gradient, slots) {
            Ok(slots) => self.in_one_pass(weight, gradient, slots, at),
            Err(slots) => self.with_tensors(weight, gradient, slots, at),
        }
    }
}

impl Adam {
    /// The learning rate and the factor on `√v` with both bias corrections.
    fn corrected(&self, at: At) -> (f64, f64) {
        let steps = at.step as f64;
        let [beta1, beta2] = self.betas;
        (at.lr / (1.0 - beta1.powf(steps)), 1.0 / (1.0 - beta2.powf(steps)).sqrt())
    }

    fn in_one_pass(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: [Tensor<1>; 2],
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        let [beta1, beta2] = self.betas;
        let (rate, root) = self.corrected(at);
        let (coupled, keep) = decay_factors(self.decay, self.decoupled, at);
        let (b1, c1, b2, c2) = (beta1 as f32, (1.0 - beta1) as f32, beta2 as f32, (1.0 - beta2) as f32);
        let (rate, root, eps) = (rate as f32, root as f32, self.eps as f32);
        host::update(weight, gradient, slots, move |w, g, [m, v]| {
            let g = g + coupled * w;
            let m = b1 * m + c1 * g;
            let v = b2 * v + c2 * (g * g);
            (keep * w - rate * m / (root * v.sqrt() + eps), [m, v])
        })
    }

    fn with_tensors(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        let [beta1, beta2] = self.betas;
        let (weight, gradient) = decay(weight, gradient, self.decay, self.decoupled, at);
        let mut slots = slots.into_iter();
        let fresh = gradient.clone().mul_scalar(1.0 - beta1);
        let mean = match slots.next() {
            Some(mean) => mean.mul_scalar(beta1).add(fresh),
            None => fresh,
        };
        let fresh = gradient.square().mul_scalar(1.0 - beta2);
        let square = match slots.next() {
            Some(square) => square.mul_scalar(beta2).add(fresh),
            None => fresh,
        };
        let largest = self.amsgrad.then(|| match slots.next() {
            Some(largest) => largest.max_pair(square.clone()),
            None => square.clone(),
        });
        let (rate, root) = self.corrected(at);
        let under = largest.as_ref().unwrap_or(&square).clone();
        let under = under.sqrt().mul_scalar(root).add_scalar(self.eps);
        let weight = weight.sub(mean.clone().mul_scalar(rate).div(under));
        let kept = [Some(mean), Some(square), largest].into_iter().flatten().collect();
        (weight, kept)
    }
}
