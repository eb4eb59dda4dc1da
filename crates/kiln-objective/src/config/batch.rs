//! Penalties on what a batch does in the model, as the configuration describes them.

use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

/// λ of the activity penalty, and of which layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityConfig {
    /// λ, at least 0.
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityNorm {
    /// `Σ |a|`: few outputs are not zero.
    #[default]
    L1,
    /// `Σ a²`.
    L2,
}

/// λ of the penalty on the loss's gradient with respect to the inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputGradientConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// How far an input moves at most for a difference, positive, in the unit of the model's inputs. Default 0.01.
    #[serde(default = "hundredth")]
    pub step: f64,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

/// λ of the penalty on the Jacobian.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JacobianConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// Standard deviation of what an input moves by for a difference, positive, in the unit of the model's inputs. Default
    /// 0.01.
    #[serde(default = "hundredth")]
    pub step: f64,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

fn hundredth() -> f64 {
    0.01
}
