//! The forward pass: softmax over blocks of keys, whose maximum and sum are carried along.

use std::ops::Range;

use pulp::Simd;

use super::{
    AttentionShape, BLOCK, LANES, Left, gaps, gather, gather_columns, groups, hide, multiply, padded,
    share_factors,
};
use crate::cpu::arch::arch;
use crate::cpu::curve::exp;
use crate::cpu::parallel::{Shared, Task, cut, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::Start;

/// Queries of a task: what is made ready of keys and values is so for each task.
const QUERIES: usize = cut(1024, 32);

/// `y = softmax(Q Kᵀ / √inner) V` for each head of each sequence, with dropout on what softmax gives where the shape has it.
///
/// `qkv`: `[rows, 3 · heads · inner]`; `spans`: the rows of each sequence, rising and without overlap; `y`: `[rows, heads · inner]`, 0 in rows of no
/// sequence; `log_sums`: `[heads, rows]`, the logarithms of the sums of exponentials, for [`attention_grad`](super::attention_grad).
///
/// # Panics
/// If a slice's length does not fit, or the spans are not as described.
pub fn attention(
    shape: AttentionShape,
    spans: &[Range<usize>],
    qkv: &[f32],
    y: &mut [f32],
    log_sums: &mut [f32],
) {
    let width = shape.width();
    let rows = y.len() / width.max(1);
    shape.check(spans, rows);
    assert_eq!(y.len(), rows * width, "attention: y");
    assert_eq!(qkv.len(), 3 * rows * width, "attention: qkv");
    assert_eq!(log_sums.len(), rows * shape.heads, "attention: log_sums");
    for gap in gaps(spans, rows) {
        y[gap.start * width..gap.end * width].fill(0.0);
        log_sums.chunks_exact_mut(rows).for_each(|sums| sums[gap.clone()].fill(0.0));
    }
    let mut pieces = Vec::new();
    for span in spans {
        for head in 0..shape.heads {
            for first in (0..span.len()).step_by(QUERIES) {
                pieces.push((span.clone(), head, first..(first + QUERIES).min(span.len())));
            }
        }
    }
    let task = Forward { shape, rows, pieces, qkv, y: Shared::new(y), log_sums: Shared::new(log_sums) };
    // The products, and an exponential for each score.
    for_each(arch(), task.pieces.len(), 6 * shape.cost(spans), &task);
}

struct Forward<'a> {
    shape: AttentionShape,
    rows: usize,
    /// A sequence, a head, and queries of the sequence.
    pieces: Vec<(Range<usize>, usize, Range<usize>)>,
    qkv: &'a [f32],
    y: Shared<'a, f32>,
    log_sums: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let (span, head, queries) = &self.pieces[index];
        let (AttentionShape { inner, causal, .. }, width) = (self.shape, self.shape.width());
        let (lines, dp) = (3 * width, padded::<S>(inner));
        // The keys that any of these queries sees.
        let seen = if causal { queries.end } else { span.len() };
        let keys = span.start..span.start + seen;
        let k = gather_columns(self.qkv, lines, &keys, width + head * inner, inner);
        let v = gather(self.qkv, lines, &keys, 2 * width + head * inner, inner, dp);
        let mut scores = Scratch::take(BLOCK * BLOCK);
        let mut sums = Scratch::take(BLOCK * dp);
        for first in queries.clone().step_by(BLOCK) {
            let rows = BLOCK.min(queries.end - first);
            let mut most = [f32::NEG_INFINITY; BLOCK];
            let mut total = [0.0; BLOCK];
            sums.fill(0.0);
            let from = (span.start + first) * lines + head * inner;
            let q = Left { at: self.qkv[from..].as_ptr(), row: lines, step: 1 };
            let last = if causal { first + rows } else { seen };
            for key in (0..last).step_by(BLOCK) {
                let count = BLOCK.min(seen - key);
                let kt = &k[key * inner..][..inner * BLOCK];
                let v = &v[key * dp..][..count * dp];
                for (group, filled) in groups(causal && key == first, rows, count) {
                    let (size, to) =
                        ([group.len(), inner, filled], scores[group.start * BLOCK..].as_mut_ptr());
                    let q = Left { at: q.at.wrapping_add(group.start * lines), ..q };
                    // SAFETY: `q` has `rows` rows of `inner` columns in `qkv`, the block of keys `inner` rows of `BLOCK`, the scores `BLOCK` of these.
                    unsafe { multiply(simd, size, q, kt.as_ptr(), BLOCK, to, BLOCK, Start::Zero) };
                    for row in group.clone() {
                        let scores = &mut scores[row * BLOCK..][..filled];
                        hide(scores, self.shape, first + row, key, count);
                        let (new, sum) = exponentials(scores, self.shape.scale(), most[row]);
                        let kept = exp(most[row] - new);
                        most[row] = new;
                        total[row] = total[row] * kept + sum;
                        if let Some(mask) = self.shape.dropout {
                            // The sum is that of all shares: what is dropped is not made up for by the others.
                            let mut factors = [0.0; BLOCK];
                            let line = head * self.rows + span.start + first + row;
                            share_factors(mask, line, key, &mut factors[..filled]);
                            scores.iter_mut().zip(&factors).for_each(|(score, factor)| *score *= factor);
                        }
                        if kept != 1.0 {
                            sums[row * dp..][..dp].iter_mut().for_each(|sum| *sum *= kept);
                        }
                    }
                    let shares = Left { at: scores[group.start * BLOCK..].as_ptr(), row: BLOCK, step: 1 };
                    let (size, to) =
                        ([group.len(), filled.min(count), dp], sums[group.start * dp..].as_mut_ptr());
                    // SAFETY: as above; the values have `count` rows of `dp`, the sums `BLOCK`.
                    unsafe { multiply(simd, size, shares, v.as_ptr(), dp, to, dp, Start::Accumulate) };
                }
            }
            for row in 0..rows {
                let at = span.start + first + row;
                // SAFETY: each task has its own rows of its own head.
                let (y, log_sum) = unsafe {
                    let y = self.y.slice(at * width + head * inner..at * width + (head + 1) * inner);
                    (y, self.log_sums.slice(head * self.rows + at..head * self.rows + at + 1))
                };
                log_sum[0] = most[row] + total[row].ln();
                let share = 1.0 / total[row];
                y.iter_mut().zip(&sums[row * dp..][..inner]).for_each(|(y, sum)| *y = sum * share);
            }
        }
    }
}

/// `e^(scale · x − m)` of every score, with `m` the largest of them and of `before`; gives `m` and the sum.
#[inline(always)]
fn exponentials(scores: &mut [f32], scale: f32, before: f32) -> (f32, f32) {
    let (parts, _) = scores.as_chunks_mut::<LANES>();
    let mut most = [f32::NEG_INFINITY; LANES];
    for part in parts.iter() {
        for lane in 0..LANES {
            // NaN is no maximum, but reaches the sum.
            most[lane] = if part[lane] > most[lane] { part[lane] } else { most[lane] };
        }
    }
    let most = most.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a }) * scale;
    let most = if most > before { most } else { before };
    let mut sums = [0.0; LANES];
    for part in parts.iter_mut() {
        for lane in 0..LANES {
            part[lane] = exp(part[lane] * scale - most);
            sums[lane] += part[lane];
        }
    }
    (most, sums.iter().sum())
}
