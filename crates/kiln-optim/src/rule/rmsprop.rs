//! RMSprop.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::{At, Rule, check, coupled};
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
        mut gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        if at.decay {
            gradient = coupled(gradient, &weight, self.decay);
        }
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
