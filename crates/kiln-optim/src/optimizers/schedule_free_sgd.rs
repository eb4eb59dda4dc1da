//! Schedule-free SGD.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::schedule_free::{self, ScheduleFree};
use crate::rule::{check, notation};
use crate::schema::JsonSchema;
use crate::{OptimError, Rule};

/// Schedule-free SGD (Defazio et al. 2024), as `schedulefree.SGDScheduleFree`. It needs no schedule. Evaluation, best weights and
/// checkpoints use the average x.
///
/// Gradients are taken at `y`, the steps are made by `z`, and `x` is the average of all `z`: `z ← z − lr · (g + decay · y)`,
/// `x ← x + c (z − x)`, `y = z + β (x − z)`. `c` is the share of this update in the sum of the weights
/// `tʳ · (largest lr so far)^p`: with a constant rate 1/t.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 5.0, momentum: 0.95, ..Self::default() })]
pub struct ScheduleFreeSgdConfig {
    /// Learning rate, at least 0. Default 1.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// β, how near to the average x the gradient is taken, `[0, 1)`. Default 0.9.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub momentum: f64,
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

impl Default for ScheduleFreeSgdConfig {
    fn default() -> Self {
        Self { lr: 1.0, momentum: 0.9, weight_decay: 0.0, r: 0.0, weight_lr_power: 2.0, decay_all: true }
    }
}

impl OptimKind for ScheduleFreeSgdConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Coupled
    }

    fn rescales(&self) -> bool {
        false
    }

    fn formula(&self) -> Vec<String> {
        let decay = notation::plus_decay(self.weight_decay);
        let average = schedule_free::formula(self.momentum, self.r, self.weight_lr_power);
        [format!("u = g{decay};  z ← z − lr·u")].into_iter().chain(average).collect()
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let beta = check("momentum", self.momentum, Range::BELOW_ONE)?;
        Ok(Box::new(ScheduleFree::new(beta, None, self.r, self.weight_lr_power)?))
    }
}
