//! Sums along and across the rows of a table, for the normalisations.

use super::parallel::cut;

/// Elements of a task that a normalisation works on at once; small enough to stay in cache between two passes.
pub(crate) const CHUNK: usize = cut(16 * 1024, 64);

/// Rows of a chunk when a row has `columns` elements.
pub(crate) fn rows_per_chunk(columns: usize) -> usize {
    (CHUNK / columns.max(1)).max(1)
}

/// `Σ of(x)`, in sixteen interleaved sums that are then added in order: fast, and the same on every machine.
#[inline(always)]
pub(crate) fn sum(x: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let mut chunks = x.chunks_exact(LANES);
    for chunk in chunks.by_ref() {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += of(x);
        }
    }
    let rest: f32 = chunks.remainder().iter().map(|&x| of(x)).sum();
    sums.iter().sum::<f32>() + rest
}

/// `Σ of(x, y)`, likewise.
#[inline(always)]
pub(crate) fn sum_of_pairs(x: &[f32], y: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (mut xs, mut ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    for (x, y) in xs.by_ref().zip(ys.by_ref()) {
        for ((sum, &x), &y) in sums.iter_mut().zip(x).zip(y) {
            *sum += of(x, y);
        }
    }
    let rest: f32 = xs.remainder().iter().zip(ys.remainder()).map(|(&x, &y)| of(x, y)).sum();
    sums.iter().sum::<f32>() + rest
}

/// Adds up `partial`, `[chunk][columns]`, in order and in f64.
pub(crate) fn add_chunks(partial: &[f32], columns: usize, stride: usize, offset: usize) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    for chunk in partial.chunks_exact(stride.max(1)) {
        for (sum, &part) in sums.iter_mut().zip(&chunk[offset..][..columns]) {
            *sum += f64::from(part);
        }
    }
    sums
}
