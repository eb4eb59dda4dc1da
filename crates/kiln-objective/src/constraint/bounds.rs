//! Bounds of every number.

use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamSelection, Range};
use serde::{Deserialize, Serialize};

use super::ConstraintKind;
use crate::schema::JsonSchema;

/// Every number lies between two: glmnet's limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = BoxConfig { low: -1.0, high: 1.0, params: ParamSelection::Weights })]
pub struct BoxConfig {
    /// The least number.
    pub low: f64,
    /// The largest number, at least `low`.
    pub high: f64,
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

impl BoxConfig {
    /// Weights between these.
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high, params: ParamSelection::default() }
    }
}

impl ConstraintKind for BoxConfig {
    fn params(&self) -> &ParamSelection {
        &self.params
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        let low = Range::FINITE.check(&format!("{key}.low"), self.low)?;
        Range::at_least(low).check(&format!("{key}.high"), self.high)?;
        Ok(())
    }

    fn project(&self, weight: Tensor<1>, _dims: &[usize]) -> Tensor<1> {
        weight.clamp(self.low, self.high)
    }

    fn formula(&self) -> String {
        format!("{:?} ≤ w ≤ {:?}", self.low, self.high)
    }
}
