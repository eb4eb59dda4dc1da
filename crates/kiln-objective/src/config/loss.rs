//! Losses as the configuration describes them.

use serde::{Deserialize, Serialize};

/// The section `[loss]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LossConfig {
    /// Cross-entropy of softmax outputs against classes.
    CrossEntropy(CrossEntropyConfig),
    /// Binary cross-entropy of one logit against two classes (or a 0/1 number).
    BinaryCrossEntropy(BinaryCrossEntropyConfig),
    /// Focal loss of one logit against two classes.
    Focal(FocalConfig),
    /// Hinge loss of one output against two classes.
    Hinge(HingeConfig),
    /// Multi-class margin loss: one output a class.
    MultiMargin(HingeConfig),
    /// Mean squared error.
    Mse(Plain),
    /// Mean absolute error.
    Mae(Plain),
    /// Huber loss.
    Huber(HuberConfig),
    /// Logarithm of the hyperbolic cosine of the error.
    LogCosh(Plain),
    /// Quantile (pinball) loss.
    Quantile(QuantileConfig),
    /// Negative log-likelihood of counts under a Poisson distribution.
    PoissonNll(PoissonNllConfig),
    /// Negative log-likelihood under a normal distribution whose variance the model predicts, too.
    GaussianNll(GaussianNllConfig),
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
    /// Items of this class, counted from 0, do not count. It may lie outside the classes, as PyTorch's −100. Default:
    /// every item counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_index: Option<i64>,
}

/// Settings of the binary cross-entropy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinaryCrossEntropyConfig {
    /// How many times an item of class 1 counts, positive, as PyTorch's `pos_weight`. The mean is over the items all the
    /// same. Default 1.
    #[serde(default = "one")]
    pub pos_weight: f64,
}

/// Settings of the focal loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FocalConfig {
    /// How much less an item counts the better it is met, at least 0. Default 2.
    #[serde(default = "two")]
    pub gamma: f64,
    /// Weight of class 1, `[0, 1]`; class 0 has the rest. Default: both classes count 1 (torchvision: 0.25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
}

/// Settings of the hinge losses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HingeConfig {
    /// How far the right side has to be ahead, positive. Default 1.
    #[serde(default = "one")]
    pub margin: f64,
    /// Whether what is missing is squared. Default false.
    #[serde(default)]
    pub squared: bool,
}

/// Settings of the Huber loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HuberConfig {
    /// Where the loss turns from quadratic to linear, positive. Default 1.
    #[serde(default = "one")]
    pub delta: f64,
}

/// Settings of the quantile loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantileConfig {
    /// Which quantile is predicted, `[0, 1]`. Default 0.5, the median.
    #[serde(default = "half")]
    pub quantile: f64,
}

/// Settings of the Poisson likelihood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoissonNllConfig {
    /// Whether Stirling's approximation of log y! is added, which no output changes. Default false.
    #[serde(default)]
    pub full: bool,
}

/// Settings of the normal likelihood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianNllConfig {
    /// Whether ½ log 2π is added, which no output changes. Default false.
    #[serde(default)]
    pub full: bool,
    /// Least variance, positive. Default 1e-6.
    #[serde(default = "millionth")]
    pub eps: f64,
}

impl Default for BinaryCrossEntropyConfig {
    fn default() -> Self {
        Self { pos_weight: one() }
    }
}

impl Default for FocalConfig {
    fn default() -> Self {
        Self { gamma: two(), alpha: None }
    }
}

impl Default for HingeConfig {
    fn default() -> Self {
        Self { margin: one(), squared: false }
    }
}

impl Default for HuberConfig {
    fn default() -> Self {
        Self { delta: one() }
    }
}

impl Default for QuantileConfig {
    fn default() -> Self {
        Self { quantile: half() }
    }
}

impl Default for GaussianNllConfig {
    fn default() -> Self {
        Self { full: false, eps: millionth() }
    }
}

fn one() -> f64 {
    1.0
}

fn two() -> f64 {
    2.0
}

fn half() -> f64 {
    0.5
}

fn millionth() -> f64 {
    1e-6
}
