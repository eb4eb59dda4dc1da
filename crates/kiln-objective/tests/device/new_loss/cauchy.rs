//! The Cauchy loss.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::LossKind;
use crate::schema::JsonSchema;
use crate::{ObjectiveError, TargetKind};

/// `log(1 + (e/c)²)`: far outliers hardly count (Black and Anandan 1996).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = CauchyConfig { scale: 2.0 })]
pub struct CauchyConfig {
    /// c, greater than 0: errors far below it count as squares. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub scale: f64,
}

fn one() -> f64 {
    1.0
}

impl LossKind for CauchyConfig {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.values()
    }

    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Range::POSITIVE.check("loss.scale", self.scale)?;
        Ok(())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        outputs.sub(values).div_scalar(self.scale).square().log1p()
    }
}
