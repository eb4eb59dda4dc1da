//! Losses as the configuration describes them.

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

fn one() -> f64 {
    1.0
}
