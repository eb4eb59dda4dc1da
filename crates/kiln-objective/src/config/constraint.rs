//! Constraints as the configuration describes them.

use kiln_core::ParamSelection;
use serde::{Deserialize, Serialize};

use super::penalty::Units;

/// An entry of `[[constraint]]`: where weights must lie after every update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ConstraintConfig {
    /// The norm of every unit is at most a number.
    MaxNorm(MaxNormConfig),
    /// The norm of every unit is 1.
    UnitNorm(UnitNormConfig),
    /// No number is below 0.
    NonNegative(NonNegativeConfig),
    /// Every number lies between two.
    Box(BoxConfig),
}

/// Settings of the largest norm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxNormConfig {
    /// The largest norm, positive. Default 2, as in Keras.
    #[serde(default = "two")]
    pub max: f64,
    /// What a unit is. Default: what goes into one output unit.
    #[serde(default)]
    pub units: Units,
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

/// Settings of the norm of 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitNormConfig {
    /// What a unit is. Default: what goes into one output unit.
    #[serde(default)]
    pub units: Units,
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

/// Settings of what is not negative.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonNegativeConfig {
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

/// Settings of the box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxConfig {
    /// The least number.
    pub low: f64,
    /// The largest number, at least `low`.
    pub high: f64,
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

fn two() -> f64 {
    2.0
}
