//! Penalties as the configuration describes them.

use kiln_core::ParamSelection;
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::batch::{ActivityConfig, InputGradientConfig, JacobianConfig};

/// An entry of `[[penalty]]`: a term λ·R added to the loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PenaltyConfig {
    /// `λ Σ |w|`.
    L1(StrengthConfig),
    /// `λ Σ |w|` by proximal steps that remember what they could not take, for noisy gradients.
    CumulativeL1(SmoothConfig),
    /// `λ Σ w²` (no ½: twice as strong as a weight decay of the same number).
    L2(StrengthConfig),
    /// `λ (α Σ |w| + (1 − α)/2 Σ w²)`, as scikit-learn's and glmnet's elastic net.
    ElasticNet(ElasticNetConfig),
    /// `λ Σ √p ‖w_g‖` over the units of a layer, `p` numbers each: whole units become zero.
    GroupLasso(GroupLassoConfig),
    /// `λ Σ ‖row‖` over what belongs to each input, not weighted by its size: whole inputs become zero.
    L21(StrengthConfig),
    /// `λ ‖WᵀW − I‖²`, of the smaller side of the matrix.
    Orthogonal(SmoothConfig),
    /// `λ/2 σ(W)²`, σ the largest singular value.
    Spectral(SpectralConfig),
    /// `λ` times the mean over the items of the sum over the outputs of hidden layers.
    Activity(ActivityConfig),
    /// `λ` times the mean squared norm of the loss's gradient with respect to an item.
    InputGradient(InputGradientConfig),
    /// `λ` times the mean squared norm of the Jacobian of the outputs with respect to an item.
    Jacobian(JacobianConfig),
}

/// λ and what it acts on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrengthConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal, which gives exact zeros with L1. Default false.
    #[serde(default)]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

/// λ, α and what they act on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElasticNetConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// α, the share of the L1 term, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
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

/// λ and the units it acts on as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupLassoConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// What a group is. Default: what goes into one output unit.
    #[serde(default)]
    pub units: Units,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal, which makes whole groups zero. Default true: by its gradient no group ever is.
    #[serde(default = "yes")]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

/// What a unit of a weight tensor is: which numbers belong together.
///
/// Layouts are Burn's: matrices `[inputs, outputs]`, filters `[outputs, inputs, …]`. In a vector each number is a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Units {
    /// What goes into one output: a column of a matrix, a filter of a convolution.
    #[default]
    Output,
    /// What comes from one input: a row of a matrix, a channel in all filters.
    Input,
    /// The filters of convolutions, and no matrices.
    Filter,
}

/// λ of a penalty that acts in one way only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmoothConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

/// λ of the spectral penalty, and how its singular value is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpectralConfig {
    /// λ, at least 0.
    pub strength: f64,
    /// Rounds of the power iteration, at least 1. Default 20. They begin at the same vector at every step.
    #[serde(default = "twenty")]
    pub iterations: usize,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

impl StrengthConfig {
    /// λ on the weights, by its gradient, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, proximal: false, schedule: None }
    }
}

impl ElasticNetConfig {
    /// λ and α on the weights, by their gradient, the same all the time.
    pub fn new(strength: f64, l1_ratio: f64) -> Self {
        Self { strength, l1_ratio, params: ParamSelection::Weights, proximal: false, schedule: None }
    }
}

impl GroupLassoConfig {
    /// λ on the output units of the weights, by a proximal step, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self {
            strength,
            units: Units::Output,
            params: ParamSelection::Weights,
            proximal: true,
            schedule: None,
        }
    }
}

fn half() -> f64 {
    0.5
}

fn yes() -> bool {
    true
}

fn twenty() -> usize {
    20
}
