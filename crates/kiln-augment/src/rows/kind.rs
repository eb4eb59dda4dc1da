//! What every kind of change of rows says of itself.

use std::fmt::Debug;

use kiln_core::Seed;

use crate::AugmentError;
use crate::table::{Column, TableStatistics};

/// The settings of one kind of change of rows.
pub trait RowKind: Debug + Send + Sync {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.rows.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    fn check(&self, place: &str) -> Result<(), AugmentError>;

    /// Changes the cells of one column in one row. `seed` is the row's, and the column with number `index` draws from the
    /// places that are its own.
    fn change(
        &self,
        _cells: &mut [f32],
        _column: &Column,
        _seed: Seed,
        _index: u64,
        _table: &TableStatistics,
    ) {
    }

    /// Neighbours among which SMOTE looks, which adds items instead of changing them; `None` for every other kind.
    fn added_by_neighbors(&self) -> Option<usize> {
        None
    }
}
