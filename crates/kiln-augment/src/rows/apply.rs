//! The changes of encoded rows, one after the other.

use kiln_core::Seed;

use super::AnyRowTransform;
use crate::table::TableStatistics;

/// Changes encoded rows in place, the i-th transform of a row drawing from its seed `.at(i)`.
pub(crate) fn apply(
    transforms: &[AnyRowTransform],
    table: &TableStatistics,
    numbers: &mut [f32],
    seeds: &[Seed],
) {
    for (row, seed) in numbers.chunks_exact_mut(table.width().max(1)).zip(seeds) {
        for (index, transform) in transforms.iter().enumerate() {
            let (kind, seed) = (transform.as_kind(), seed.at(index as u64));
            for (index, column) in (0..).zip(table.columns()) {
                kind.change(&mut row[column.features.clone()], column, seed, index, table);
            }
        }
    }
}
