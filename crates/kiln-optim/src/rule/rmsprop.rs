//! RMSprop.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::{At, Rule, check, decay, decay_factors, host};
use crate::{OptimError, RmspropConfig};

/// `torch.optim.RMSprop`: with `g` the gradient plus `decay · w`,
/// `v ← α v + (1 − α) g²`; centred, also `a ← α a + (1 − α) g` and `v − a²` in the place of `v` below;
/// `u = g / (√v + eps)`; `w ← w − lr · u`, or with momentum `b ← momentum · b + u` and `w ← w − lr · b`.
#[derive(Debug)]
pub(super) struct Rmsprop {
    alpha: f64,
    eps: f64,
    decay: f64,
    momentum: f64,
    centered: bool,
}

impl Rmsprop {
    pub(super) fn new(config: &RmspropConfig) -> Result<Self, OptimError> {
        Ok(Self {
            alpha: check("alpha", config.alpha, Range::BELOW_ONE)?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
            decay: check("weight_decay", config.weight_decay, Range::at_least(0.0))?,
            momentum: check("momentum", config.momentum, Range::BELOW_ONE)?,
            centered: config.centered,
        })
    }

    /// `α · kept + (1 − α) · fresh`, from zero.
    fn average(&self, kept: Option<Tensor<1>>, fresh: Tensor<1>) -> Tensor<1> {
        let fresh = fresh.mul_scalar(1.0 - self.alpha);
        match kept {
            Some(kept) => kept.mul_scalar(self.alpha).add(fresh),
            None => fresh,
        }
    }
}

impl Rule for Rmsprop {
    fn slots(&self) -> &'static [&'static str] {
        match (self.centered, self.momentum > 0.0) {
            (false, false) => &["square_avg"],
            (false, true) => &["square_avg", "momentum_buffer"],
            (true, false) => &["square_avg", "grad_avg"],
            (true, true) => &["square_avg", "grad_avg", "momentum_buffer"],
        }
    }

    fn update(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        if self.centered || self.momentum > 0.0 {
            return self.with_tensors(weight, gradient, slots, at);
        }
        match host::plain(&weight, &gradient, slots) {
            Ok(slots) => self.in_one_pass(weight, gradient, slots, at),
            Err(slots) => self.with_tensors(weight, gradient, slots, at),
        }
    }
}

impl Rmsprop {
    /// Neither centred nor with momentum.
    fn in_one_pass(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: [Tensor<1>; 1],
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        let (coupled, _) = decay_factors(self.decay, false, at);
        let (alpha, fresh) = (self.alpha as f32, (1.0 - self.alpha) as f32);
        let (lr, eps) = (at.lr as f32, self.eps as f32);
        host::update(weight, gradient, slots, move |w, g, [v]| {
            let g = g + coupled * w;
            let v = alpha * v + fresh * (g * g);
            (w - lr * (g / (v.sqrt() + eps)), [v])
        })
    }

    fn with_tensors(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        let (weight, gradient) = decay(weight, gradient, self.decay, false, at);
        let mut slots = slots.into_iter();
        let square = self.average(slots.next(), gradient.clone().square());
        let mut kept = vec![square.clone()];
        let mut under = square;
        if self.centered {
            let mean = self.average(slots.next(), gradient.clone());
            under = under.sub(mean.clone().square());
            kept.push(mean);
        }
        let mut direction = gradient.div(under.sqrt().add_scalar(self.eps));
        if self.momentum > 0.0 {
            direction = match slots.next() {
                Some(buffer) => buffer.mul_scalar(self.momentum).add(direction),
                None => direction,
            };
            kept.push(direction.clone());
        }
        (weight.sub(direction.mul_scalar(at.lr)), kept)
    }
}
