//! Mean and variance of a batch.

use pulp::Simd;

use super::{vectors, vectors_mut};
use crate::cpu::arch::arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each, piece};
use crate::cpu::rows::rows_per_chunk;
use crate::cpu::scratch::Scratch;

/// Mean and biased variance of each column of `x`, `[rows, c]`.
///
/// Computed in two passes over chunks that stay in cache, which are joined in f64 (Chan, Golub and LeVeque 1983), so that a
/// mean much larger than the deviation does no harm.
///
/// # Panics
/// If `mean` and `var` have not the same length, or `x` is not whole rows of it, at least one.
pub fn batch_norm_stats(x: &[f32], mean: &mut [f32], var: &mut [f32]) {
    let c = mean.len();
    assert_eq!(var.len(), c, "batch_norm_stats: var");
    assert!(c > 0 && !x.is_empty() && x.len().is_multiple_of(c), "batch_norm_stats: x is not whole rows");
    let rows = x.len() / c;
    let per = rows_per_chunk(c);
    let chunks = rows.div_ceil(per);
    let mut partial = Scratch::take(chunks * 3 * c);
    let task = Stats { c, per, x, partial: Shared::new(&mut partial) };
    for_each(arch(), chunks, x.len() * MEMORY, &task);
    let (mut means, mut squares) = (vec![0.0f64; c], vec![0.0f64; c]);
    let mut seen = 0.0;
    for (index, part) in partial.chunks_exact(3 * c).enumerate() {
        let len = piece(index, per, rows).len() as f64;
        let all = seen + len;
        for i in 0..c {
            let (rough, rest, square) =
                (f64::from(part[i]), f64::from(part[c + i]), f64::from(part[2 * c + i]));
            // Around the chunk's exact mean instead of the rounded one.
            let of_chunk = rough + rest / len;
            let delta = of_chunk - means[i];
            squares[i] += square - rest * rest / len + delta * delta * (seen * len / all);
            means[i] += delta * (len / all);
        }
        seen = all;
    }
    for i in 0..c {
        mean[i] = means[i] as f32;
        // Not `max`: it would turn a NaN into 0.
        let biased = squares[i] / seen;
        var[i] = if biased < 0.0 { 0.0 } else { biased as f32 };
    }
}

struct Stats<'a> {
    c: usize,
    per: usize,
    x: &'a [f32],
    /// For each chunk, columnwise: a rounded mean, and sum and sum of squares of the differences from it.
    partial: Shared<'a, f32>,
}

impl Task for Stats<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let c = self.c;
        let rows = piece(index, self.per, self.x.len() / c);
        let x = &self.x[rows.start * c..rows.end * c];
        // SAFETY: each task has its own chunk.
        let partial = unsafe { self.partial.slice(index * 3 * c..(index + 1) * 3 * c) };
        let (mean, rest) = partial.split_at_mut(c);
        let (sum, square) = rest.split_at_mut(c);
        let mut from = 0;
        while from < c {
            from += match c - from {
                left if left >= 4 * S::F32_LANES => deviations::<S, 4>(simd, x, c, from, mean, sum, square),
                left if left >= S::F32_LANES => deviations::<S, 1>(simd, x, c, from, mean, sum, square),
                _ => deviations_of_rest(simd, x, c, from, mean, sum, square),
            };
        }
    }
}

/// Mean of `NV` vectors of columns, from column `from` on, and sums of differences and their squares: how many columns.
#[inline(always)]
fn deviations<S: Simd, const NV: usize>(
    simd: S,
    x: &[f32],
    c: usize,
    from: usize,
    mean: &mut [f32],
    sum: &mut [f32],
    square: &mut [f32],
) -> usize {
    let width = NV * S::F32_LANES;
    let mut means = [simd.splat_f32s(0.0); NV];
    for row in x.chunks_exact(c) {
        let row = vectors::<S>(&row[from..from + width]);
        for v in 0..NV {
            means[v] = simd.add_f32s(means[v], row[v]);
        }
    }
    let share = simd.splat_f32s(1.0 / (x.len() / c) as f32);
    let mut sums = [simd.splat_f32s(0.0); NV];
    let mut squares = sums;
    for mean in &mut means {
        *mean = simd.mul_f32s(*mean, share);
    }
    for row in x.chunks_exact(c) {
        let row = vectors::<S>(&row[from..from + width]);
        for v in 0..NV {
            let difference = simd.sub_f32s(row[v], means[v]);
            sums[v] = simd.add_f32s(sums[v], difference);
            squares[v] = simd.mul_add_e_f32s(difference, difference, squares[v]);
        }
    }
    vectors_mut::<S>(&mut mean[from..from + width]).copy_from_slice(&means);
    vectors_mut::<S>(&mut sum[from..from + width]).copy_from_slice(&sums);
    vectors_mut::<S>(&mut square[from..from + width]).copy_from_slice(&squares);
    width
}

/// The same of the columns from `from` on, fewer than a vector has.
#[inline(always)]
fn deviations_of_rest<S: Simd>(
    simd: S,
    x: &[f32],
    c: usize,
    from: usize,
    mean: &mut [f32],
    sum: &mut [f32],
    square: &mut [f32],
) -> usize {
    let zero = simd.splat_f32s(0.0);
    let mut means = zero;
    for row in x.chunks_exact(c) {
        means = simd.add_f32s(means, simd.partial_load_f32s(&row[from..]));
    }
    let means = simd.mul_f32s(means, simd.splat_f32s(1.0 / (x.len() / c) as f32));
    let (mut sums, mut squares) = (zero, zero);
    for row in x.chunks_exact(c) {
        let difference = simd.sub_f32s(simd.partial_load_f32s(&row[from..]), means);
        sums = simd.add_f32s(sums, difference);
        squares = simd.mul_add_e_f32s(difference, difference, squares);
    }
    simd.partial_store_f32s(&mut mean[from..c], means);
    simd.partial_store_f32s(&mut sum[from..c], sums);
    simd.partial_store_f32s(&mut square[from..c], squares);
    c - from
}
