//! Schedule-free AdamW.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::schedule_free::{self, ScheduleFree, Squares};
use crate::rule::{betas, check, notation};
use crate::schema::JsonSchema;
use crate::{OptimError, Rule};

/// Schedule-free AdamW (Defazio et al. 2024), as `schedulefree.AdamWScheduleFree`. It needs no schedule. Evaluation, best weights
/// and checkpoints use the average x.
///
/// Gradients are taken at `y`, the steps are made by `z`, and `x` is the average of all `z`: `v ← β₂ v + (1 − β₂) g²`,
/// `z ← z − lr · [g / (√(v/(1 − β₂ᵗ)) + eps) + decay · y]`, `x ← x + c (z − x)`, `y = z + β (x − z)`. `c` is the share of this
/// update in the sum of the weights `tʳ · (largest lr so far)^p`: with a constant rate 1/t.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 5e-3, weight_decay: 0.01, ..Self::default() })]
pub struct ScheduleFreeAdamwConfig {
    /// Learning rate, at least 0. Default 0.0025.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// β, how near to the average x the gradient is taken, and decay rate of the squares, each `[0, 1)`. Default
    /// `[0.9, 0.999]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Weight decay at y, where the gradient is taken, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Update t has weight `t^r` in the average, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub r: f64,
    /// Update t has weight (largest rate so far) to this power in the average, at least 0. Default 2.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_lr_power: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for ScheduleFreeAdamwConfig {
    fn default() -> Self {
        Self {
            lr: 2.5e-3,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            r: 0.0,
            weight_lr_power: 2.0,
            decay_all: true,
        }
    }
}

impl OptimKind for ScheduleFreeAdamwConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Decoupled
    }

    fn formula(&self) -> Vec<String> {
        let [beta, beta2] = self.betas;
        let (eps, decay) = (self.eps, notation::plus_decay(self.weight_decay));
        let step = [
            format!("v ← {beta2}·v + (1 − {beta2})·g²;  v̂ = v/(1 − {beta2}ᵗ)"),
            format!("u = g/(√v̂ + {eps:?}){decay};  z ← z − lr·u"),
        ];
        step.into_iter().chain(schedule_free::formula(beta, self.r, self.weight_lr_power)).collect()
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let [beta, beta2] = betas(self.betas)?;
        let eps = check("eps", self.eps, Range::POSITIVE)?;
        Ok(Box::new(ScheduleFree::new(beta, Some(Squares { beta2, eps }), self.r, self.weight_lr_power)?))
    }
}
