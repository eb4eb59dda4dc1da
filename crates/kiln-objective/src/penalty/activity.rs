//! The activity penalty.

use burn::tensor::Tensor;
use kiln_core::Range;
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_batch::BatchPenalty;
use crate::schema::JsonSchema;

/// `λ` times the mean over the items of the sum over the outputs of hidden layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ActivityConfig::new(1e-4))]
pub struct ActivityConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// What is summed over the outputs of a layer. Default `l1`.
    #[serde(default)]
    pub norm: ActivityNorm,
    /// Paths of layers, such as `layers.0` or `blocks`, which takes all below it. Default: every hidden layer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

/// What an activity penalty sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActivityNorm {
    /// `Σ |a|`: few outputs are not zero.
    #[default]
    L1,
    /// `Σ a²`.
    L2,
}

impl ActivityConfig {
    /// λ on the absolute outputs of every hidden layer, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, norm: ActivityNorm::L1, layers: Vec::new(), schedule: None }
    }
}

impl PenaltyKind for ActivityConfig {
    fn shared(&self) -> Shared<'_> {
        Shared { strength: self.strength, schedule: self.schedule.as_ref(), params: None, proximal: false }
    }

    fn on_batch(&self) -> Option<Box<dyn BatchPenalty>> {
        let Self { strength, norm, layers, .. } = self.clone();
        Some(Box::new(Activity { strength, norm, layers }))
    }

    fn formula(&self) -> String {
        let sum = match self.norm {
            ActivityNorm::L1 => "Σ|a|",
            ActivityNorm::L2 => "Σa²",
        };
        format!("λ·mean over items of {sum} (a the outputs of a layer)")
    }

    fn over(&self) -> String {
        if self.layers.is_empty() { "all hidden layers".to_owned() } else { self.layers.join(", ") }
    }
}

/// `λ` times the mean over the items of `Σ |a|` or `Σ a²` over the outputs of hidden layers: Keras' `activity_regularizer`.
///
/// A layer is named by its path; its outputs are those after activation and pooling, before dropout.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// λ, at least 0.
    pub strength: f64,
    /// What is summed.
    pub norm: ActivityNorm,
    /// Paths of layers, or of what they lie below; without a path, every layer.
    pub layers: Vec<String>,
}

impl Activity {
    /// Whether it acts on the layer at a path.
    pub fn is_for(&self, layer: &str) -> bool {
        self.layers.is_empty() || self.layers.iter().any(|path| is_at_or_below(layer, path))
    }

    /// The penalty on outputs `[N, features]`, `[1]`.
    pub fn value(&self, outputs: Tensor<2>) -> Tensor<1> {
        let items = outputs.dims()[0].max(1) as f64;
        let sum = match self.norm {
            ActivityNorm::L1 => outputs.abs().sum(),
            ActivityNorm::L2 => outputs.square().sum(),
        };
        sum.mul_scalar(self.strength / items)
    }
}

impl BatchPenalty for Activity {
    fn observes(&self) -> bool {
        true
    }

    fn on_layer(&self, layer: &str, outputs: &Tensor<2>) -> Option<Tensor<1>> {
        self.is_for(layer).then(|| self.value(outputs.clone()))
    }

    fn unmatched(&self, layers: &[String]) -> Option<String> {
        let is_there = |path: &String| layers.iter().any(|layer| is_at_or_below(layer, path));
        match self.layers.iter().find(|path| !is_there(path)) {
            Some(path) => Some(format!("{path:?}")),
            None => layers.is_empty().then(|| "any path".to_owned()),
        }
    }
}

fn is_at_or_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
