//! Normal noise on numbers.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::RowKind;
use crate::AugmentError;
use crate::schema::JsonSchema;
use crate::table::{Column, TableStatistics};

/// Normal noise on numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = JitterConfig { sigma: tenth() })]
pub struct JitterConfig {
    /// Standard deviation of the noise in units of that of the column in the training part, at least 0. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub sigma: f64,
}

impl Default for JitterConfig {
    fn default() -> Self {
        Self { sigma: tenth() }
    }
}

fn tenth() -> f64 {
    0.1
}

impl RowKind for JitterConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::at_least(0.0).check(&format!("{place}.sigma"), self.sigma)?;
        Ok(())
    }

    fn change(&self, cells: &mut [f32], column: &Column, seed: Seed, index: u64, _table: &TableStatistics) {
        if let Some((_, deviation)) = column.moments {
            cells[0] += (seed.normal(index) * self.sigma * deviation) as f32;
        }
    }
}
