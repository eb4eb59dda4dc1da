//! The log-sum penalty.

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamSelection, Range};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::{Penalty, PenaltyKind, Shared, WeightView};
use crate::schema::JsonSchema;

/// `λ Σ log(1 + |w|/ε)`, nearer to the number of weights than L1 (Candès, Wakin and Boyd 2008).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = LogSumConfig { strength: 1e-4, epsilon: 0.1, params: ParamSelection::Weights, schedule: None })]
pub struct LogSumConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// ε, greater than 0: weights far below it are penalised as by L1. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub epsilon: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

fn tenth() -> f64 {
    0.1
}

impl PenaltyKind for LogSumConfig {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: false,
        }
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        Range::POSITIVE.check(&format!("{key}.epsilon"), self.epsilon)?;
        Ok(())
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(LogSum { strength: self.strength, epsilon: self.epsilon }))
    }

    fn formula(&self) -> String {
        format!("λ·Σlog(1 + |w|/{:?})", self.epsilon)
    }
}

/// The rule. Its gradient is found by automatic differentiation, because `Penalty::gradient` is left out.
#[derive(Debug)]
struct LogSum {
    strength: f64,
    epsilon: f64,
}

impl Penalty for LogSum {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        weight.flat.abs().div_scalar(self.epsilon).log1p().sum().mul_scalar(self.strength)
    }
}

impl fmt::Display for LogSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · Σ log(1 + |w|/{})", self.strength, self.epsilon)
    }
}
