//! Weights that are not negative.

use burn::tensor::Tensor;
use kiln_core::ParamSelection;
use serde::{Deserialize, Serialize};

use super::ConstraintKind;
use crate::schema::JsonSchema;

/// No number is below 0: Keras' `NonNeg`, scikit-learn's `positive=True`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = NonNegativeConfig::default())]
pub struct NonNegativeConfig {
    /// The parameters. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
}

impl ConstraintKind for NonNegativeConfig {
    fn params(&self) -> &ParamSelection {
        &self.params
    }

    fn project(&self, weight: Tensor<1>, _dims: &[usize]) -> Tensor<1> {
        weight.clamp_min(0.0)
    }

    fn formula(&self) -> String {
        "w ≥ 0".to_owned()
    }
}
