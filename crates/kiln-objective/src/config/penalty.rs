//! Penalties as the configuration describes them.

use serde::{Deserialize, Serialize};

/// An entry of `[[penalty]]`: a term λ·R(θ) added to the loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PenaltyConfig {
    /// `λ Σ |w|`.
    L1(StrengthConfig),
    /// `λ Σ w²` (no ½: twice as strong as a weight decay of the same number).
    L2(StrengthConfig),
    /// `λ (α Σ |w| + (1 − α)/2 Σ w²)`, as scikit-learn's and glmnet's elastic net.
    ElasticNet(ElasticNetConfig),
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
}

/// Which parameters a penalty acts on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParamSelection {
    /// Matrices and filters; no biases, no scales and shifts of normalisation layers.
    #[default]
    Weights,
    /// Every trainable parameter.
    All,
    /// Biases only.
    Biases,
    /// Parameters whose path is one of these or lies below one: `output` matches `output.weight`.
    #[serde(untagged)]
    Paths(Vec<String>),
}

fn half() -> f64 {
    0.5
}
