//! Cells from other training rows.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::kind::RowKind;
use crate::schema::JsonSchema;
use crate::table::{Column, TableStatistics};
use crate::{AugmentError, draw};

/// Cells from other training rows, after Porto Seguro's winning denoising autoencoder (Jahrer, 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = SwapNoiseConfig { p: tenth() })]
pub struct SwapNoiseConfig {
    /// How likely each cell is changed, `[0, 1]`. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for SwapNoiseConfig {
    fn default() -> Self {
        Self { p: tenth() }
    }
}

fn tenth() -> f64 {
    0.1
}

impl RowKind for SwapNoiseConfig {
    fn check(&self, place: &str) -> Result<(), AugmentError> {
        Range::UNIT.check(&format!("{place}.p"), self.p)?;
        Ok(())
    }

    fn change(&self, cells: &mut [f32], column: &Column, seed: Seed, index: u64, table: &TableStatistics) {
        if seed.uniform(2 * index) < self.p {
            let donor = draw::below(seed, 2 * index + 1, table.items());
            cells.copy_from_slice(&table.row(donor)[column.features.clone()]);
        }
    }
}
