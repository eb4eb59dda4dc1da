//! The backward pass: the shares are made anew, block by block.

use std::ops::Range;

use pulp::Simd;

use super::{
    AttentionShape, BLOCK, Left, gaps, gather, gather_columns, groups, hide, multiply, padded, share_factors,
};
use crate::cpu::arch::arch;
use crate::cpu::curve::exp;
use crate::cpu::parallel::{Shared, Task, for_each};
use crate::cpu::rows::sum_of_pairs;
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::Start;

/// The gradient of [`attention`](super::attention) for the gradient `g` of its result. With the shares `P` and `D = Σ_columns g · y`:
/// `dV = Pᵀ g`, `dS = P · (g Vᵀ − D) / √inner`, `dQ = dS K`, `dK = dSᵀ Q`; with the factors `F` of dropout `dV = (F · P)ᵀ g` and `dS = P · (F · g Vᵀ − D) / √inner`.
///
/// `qkv`, `dqkv`: `[rows, 3 · heads · inner]`, the gradient 0 in rows of no sequence; `y`, `g`: `[rows, heads · inner]`; `log_sums`: `[heads, rows]`.
///
/// # Panics
/// If a slice's length does not fit, or the spans are not as described there.
pub fn attention_grad(
    shape: AttentionShape,
    spans: &[Range<usize>],
    qkv: &[f32],
    y: &[f32],
    log_sums: &[f32],
    g: &[f32],
    dqkv: &mut [f32],
) {
    let width = shape.width();
    let rows = y.len() / width.max(1);
    shape.check(spans, rows);
    assert_eq!(y.len(), rows * width, "attention_grad: y");
    assert_eq!(g.len(), y.len(), "attention_grad: g");
    assert_eq!(qkv.len(), 3 * y.len(), "attention_grad: qkv");
    assert_eq!(dqkv.len(), qkv.len(), "attention_grad: dqkv");
    assert_eq!(log_sums.len(), rows * shape.heads, "attention_grad: log_sums");
    for gap in gaps(spans, rows) {
        dqkv[gap.start * 3 * width..gap.end * 3 * width].fill(0.0);
    }
    let task = Backward { shape, rows, spans, qkv, y, log_sums, g, dqkv: Shared::new(dqkv) };
    for_each(arch(), spans.len() * shape.heads, 10 * shape.cost(spans), &task);
}

struct Backward<'a> {
    shape: AttentionShape,
    rows: usize,
    spans: &'a [Range<usize>],
    qkv: &'a [f32],
    y: &'a [f32],
    log_sums: &'a [f32],
    g: &'a [f32],
    dqkv: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    /// One head of one sequence: what queries add to the gradient of a key is added in their order.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let (span, head) = (&self.spans[index / self.shape.heads], index % self.shape.heads);
        let (AttentionShape { inner, causal, .. }, width) = (self.shape, self.shape.width());
        let (lines, dp, len, at) = (3 * width, padded::<S>(inner), span.len(), head * inner);
        let scale = self.shape.scale();
        let kt = gather_columns(self.qkv, lines, span, width + at, inner);
        let vt = gather_columns(self.qkv, lines, span, 2 * width + at, inner);
        let [q, k] = [at, width + at].map(|at| gather(self.qkv, lines, span, at, inner, dp));
        let g = gather(self.g, width, span, at, inner, dp);
        let mut sums = Scratch::zeroed(3 * len * dp);
        let (dq, rest) = sums.split_at_mut(len * dp);
        let (dk, dv) = rest.split_at_mut(len * dp);
        let mut blocks = Scratch::take(2 * BLOCK * BLOCK);
        let (shares, slopes) = blocks.split_at_mut(BLOCK * BLOCK);
        for first in (0..len).step_by(BLOCK) {
            let rows = BLOCK.min(len - first);
            let mut of_rows = [[0.0; 2]; BLOCK];
            for (row, of) in of_rows.iter_mut().enumerate().take(rows) {
                let place = span.start + first + row;
                let y = &self.y[place * width + at..][..inner];
                let log_sum = self.log_sums[head * self.rows + place];
                *of = [log_sum, sum_of_pairs(y, &g[(first + row) * dp..][..inner], |y, g| y * g)];
            }
            let last = if causal { first + rows } else { len };
            for key in (0..last).step_by(BLOCK) {
                let count = BLOCK.min(len - key);
                let panel = |x: &[f32]| x[key * inner..][..inner * BLOCK].as_ptr();
                let diagonal = causal && key == first;
                for (group, filled) in groups(diagonal, rows, count) {
                    let (from, size) = (group.start * BLOCK, [group.len(), inner, filled]);
                    let block =
                        |x: &[f32]| Left { at: x[(first + group.start) * dp..].as_ptr(), row: dp, step: 1 };
                    // SAFETY: `q` and `g` have `rows` rows from `first` on, the panels `inner` rows of `BLOCK`, shares and slopes `BLOCK` of these.
                    unsafe {
                        let to = shares[from..].as_mut_ptr();
                        multiply(simd, size, block(&q), panel(&kt), BLOCK, to, BLOCK, Start::Zero);
                        let to = slopes[from..].as_mut_ptr();
                        multiply(simd, size, block(&g), panel(&vt), BLOCK, to, BLOCK, Start::Zero);
                    }
                    for row in group {
                        let [log_sum, of_y] = of_rows[row];
                        let range = row * BLOCK..row * BLOCK + filled;
                        let (shares, slopes) = (&mut shares[range.clone()], &mut slopes[range]);
                        hide(shares, self.shape, first + row, key, count);
                        let Some(mask) = self.shape.dropout else {
                            for (share, slope) in shares.iter_mut().zip(slopes) {
                                *share = exp(*share * scale - log_sum);
                                *slope = *share * (*slope - of_y) * scale;
                            }
                            continue;
                        };
                        let mut factors = [0.0; BLOCK];
                        let line = head * self.rows + span.start + first + row;
                        share_factors(mask, line, key, &mut factors[..filled]);
                        for ((share, slope), factor) in shares.iter_mut().zip(slopes).zip(factors) {
                            let whole = exp(*share * scale - log_sum);
                            *slope = whole * (*slope * factor - of_y) * scale;
                            *share = whole * factor;
                        }
                    }
                }
                // Of a key on the diagonal the rows before its group know nothing, and of a row the keys behind its group.
                for (group, seen) in groups(diagonal, rows.max(count), count) {
                    let after = if diagonal { group.start } else { 0 };
                    let across = |x: &[f32]| Left {
                        at: x[after * BLOCK + group.start..].as_ptr(),
                        row: 1,
                        step: BLOCK,
                    };
                    let along = Left { at: slopes[group.start * BLOCK..].as_ptr(), row: BLOCK, step: 1 };
                    let (keys, queries) = (group.end.min(count), group.end.min(rows));
                    let onto = Start::Accumulate;
                    // SAFETY: as above; all of `len` rows of `dp` columns, of which these are those of `keys` from `key` on, or of `queries` from `first` on.
                    unsafe {
                        if group.start < keys {
                            let size = [keys - group.start, rows - after, dp];
                            let (of_keys, of_rows) = ((key + group.start) * dp, (first + after) * dp);
                            let (from, to) = (g[of_rows..].as_ptr(), dv[of_keys..].as_mut_ptr());
                            multiply(simd, size, across(shares), from, dp, to, dp, onto);
                            let (from, to) = (q[of_rows..].as_ptr(), dk[of_keys..].as_mut_ptr());
                            multiply(simd, size, across(slopes), from, dp, to, dp, onto);
                        }
                        if group.start < queries {
                            let size = [queries - group.start, seen.min(count), dp];
                            let (from, to) =
                                (k[key * dp..].as_ptr(), dq[(first + group.start) * dp..].as_mut_ptr());
                            multiply(simd, size, along, from, dp, to, dp, onto);
                        }
                    }
                }
            }
        }
        for (part, sums) in [&*dq, &*dk, &*dv].into_iter().enumerate() {
            for (row, sums) in span.clone().zip(sums.chunks_exact(dp)) {
                let to = row * lines + part * width + at;
                // SAFETY: each task has its own rows of its own head.
                unsafe { self.dqkv.slice(to..to + inner) }.copy_from_slice(&sums[..inner]);
            }
        }
    }
}
