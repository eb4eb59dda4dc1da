//! Losses and penalties as the configuration describes them.

use serde::{Deserialize, Serialize};

/// The section `[loss]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LossConfig {
    /// Cross-entropy of softmax outputs against classes.
    CrossEntropy(CrossEntropyConfig),
    /// Binary cross-entropy of one logit against two classes (or a 0/1 number).
    BinaryCrossEntropy(Plain),
    /// Mean squared error.
    Mse(Plain),
    /// Mean absolute error.
    Mae(Plain),
    /// Huber loss.
    Huber(HuberConfig),
}

/// A loss without settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {}

/// Settings of the cross-entropy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossEntropyConfig {
    /// Share of the target spread evenly over all classes, `[0, 1]`, as PyTorch's `label_smoothing`. Default 0.
    #[serde(default)]
    pub label_smoothing: f64,
    /// A weight for each class, positive; the mean is weighted as in PyTorch. Default: all 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub class_weights: Vec<f64>,
}

/// Settings of the Huber loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HuberConfig {
    /// Where the loss turns from quadratic to linear, positive. Default 1.
    #[serde(default = "one")]
    pub delta: f64,
}

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

fn one() -> f64 {
    1.0
}

fn half() -> f64 {
    0.5
}
