//! Columns without their information.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::RowKind;
use crate::AugmentError;
use crate::schema::JsonSchema;
use crate::table::{Column, TableStatistics};

/// Columns without their information.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = FeatureDropoutConfig { p: tenth() })]
pub struct FeatureDropoutConfig {
    /// How likely each cell is changed, `[0, 1]`. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for FeatureDropoutConfig {
    fn default() -> Self {
        Self { p: tenth() }
    }
}

fn tenth() -> f64 {
    0.1
}

impl RowKind for FeatureDropoutConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::UNIT.check(&format!("{place}.p"), self.p)?;
        Ok(())
    }

    fn change(&self, cells: &mut [f32], column: &Column, seed: Seed, index: u64, _table: &TableStatistics) {
        if seed.uniform(index) < self.p {
            cells.fill(column.moments.map_or(0.0, |(mean, _)| mean));
        }
    }
}
