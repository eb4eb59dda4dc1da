//! The elastic net.

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamSelection, Range};
use kiln_optim::{Elastic, ScheduleConfig, StepSize};
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use super::proximal::{shrink, soft_threshold};
use crate::schema::JsonSchema;

/// `λ (α Σ |w| + (1 − α)/2 Σ w²)`, as scikit-learn's and glmnet's elastic net.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ElasticNetConfig::new(1e-4, 0.5))]
pub struct ElasticNetConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// α, the share of the L1 term, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub l1_ratio: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal, which gives exact zeros. Default false.
    #[serde(default)]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

fn half() -> f64 {
    0.5
}

impl ElasticNetConfig {
    /// λ and α on the weights, by their gradient, the same all the time.
    pub fn new(strength: f64, l1_ratio: f64) -> Self {
        Self { strength, l1_ratio, params: ParamSelection::Weights, proximal: false, schedule: None }
    }

    fn penalty(&self) -> ElasticNet {
        ElasticNet { strength: self.strength, l1_ratio: self.l1_ratio }
    }
}

impl PenaltyKind for ElasticNetConfig {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: self.proximal,
        }
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        Range::UNIT.check(&format!("{key}.l1_ratio"), self.l1_ratio)?;
        Ok(())
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(self.penalty()))
    }

    fn make_sparse(&mut self, strength: f64) -> bool {
        (self.strength, self.proximal) = (strength, true);
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        self.penalty().elastic()
    }

    fn l1_ratio(&self) -> Option<f64> {
        Some(self.l1_ratio)
    }

    fn formula(&self) -> String {
        format!("λ·({0}·Σ|w| + {1}/2·Σw²)", self.l1_ratio, 1.0 - self.l1_ratio)
    }
}

/// `λ (α Σ |w| + (1 − α)/2 Σ w²)`, with the ½ of glmnet and scikit-learn (Zou and Hastie 2005).
///
/// Gradient `λ (α sign(w) + (1 − α) w)`, with `sign(0) = 0`. Proximal step: the L1 step for `λ α`, then division by
/// `1 + size · λ (1 − α)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ElasticNet {
    /// λ, at least 0.
    pub strength: f64,
    /// α, `[0, 1]`: 1 is L1, 0 is L2 with a ½.
    pub l1_ratio: f64,
}

impl ElasticNet {
    fn l1(&self) -> f64 {
        self.strength * self.l1_ratio
    }

    fn l2(&self) -> f64 {
        self.strength * (1.0 - self.l1_ratio)
    }
}

impl Penalty for ElasticNet {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        let l1 = weight.flat.clone().abs().sum().mul_scalar(self.l1());
        l1.add(weight.flat.square().sum().mul_scalar(self.l2() / 2.0))
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        let l1 = weight.flat.clone().sign().mul_scalar(self.l1());
        Some(l1.add(weight.flat.mul_scalar(self.l2())))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(shrink(soft_threshold(weight.flat, size, self.l1()), size, self.l2()))
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: self.l1(), l2: self.l2() })
    }
}

impl fmt::Display for ElasticNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alpha = self.l1_ratio;
        formula(f, self.strength, &format!("({alpha} Σ |w| + {}/2 Σ w²)", 1.0 - alpha))
    }
}
