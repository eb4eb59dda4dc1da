//! The sums of a table's columns: the gradient of a bias.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use super::rows::{add_chunks, rows_per_chunk};
use super::scratch::Scratch;

/// Rows that are added up in f32 at most: more would lose digits.
const ROWS: usize = cut(512, 4);

/// `sums[c] = Σ_rows x[row, c]` of `x`, `[rows, c]`: chunks of rows in f32, these in f64 in order, so that the number of
/// threads changes no bit.
///
/// # Panics
/// If `x` is not whole rows of the length of `sums`.
pub fn column_sums(x: &[f32], sums: &mut [f32]) {
    let columns = sums.len();
    assert!(columns > 0 && x.len().is_multiple_of(columns), "column_sums: x is not whole rows");
    let per = rows_per_chunk(columns).min(ROWS);
    let chunks = (x.len() / columns).div_ceil(per);
    let mut partial = Scratch::zeroed(chunks * columns);
    let task = Sums { columns, per, x, partial: Shared::new(&mut partial) };
    for_each(arch(), chunks, x.len() * MEMORY, &task);
    for (sum, exact) in sums.iter_mut().zip(add_chunks(&partial, columns, columns, 0)) {
        *sum = exact as f32;
    }
}

struct Sums<'a> {
    columns: usize,
    per: usize,
    x: &'a [f32],
    /// `[chunk][columns]`, zeroed.
    partial: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let columns = self.columns;
        let rows = piece(index, self.per, self.x.len() / columns);
        // SAFETY: each task has its own chunk.
        let sums = unsafe { self.partial.slice(index * columns..(index + 1) * columns) };
        for row in self.x[rows.start * columns..rows.end * columns].chunks_exact(columns) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}
