//! Attention of several heads over rows that are divided into sequences, in blocks, so that memory grows with the length of a sequence and not
//! with its square (Dao and others: FlashAttention, 2022).

mod backward;
mod forward;

pub use backward::attention_grad;
pub use forward::attention;

use std::ops::Range;

use pulp::Simd;

use super::dropout::Mask;
use super::order::transpose;
use super::parallel::cut;
use super::scratch::Scratch;
use super::tile::{Blocks, Run, Segment, Start};

/// Keys, and queries, that are worked on at once: their scores are 16 KiB.
const BLOCK: usize = cut(64, 16);

/// Scores of a row are filled up to a multiple of it, so that no loop over them has a rest.
const LANES: usize = 16;

/// Rows of a block on the diagonal that are worked on at once. Half of such a block is not seen, which is a quarter of all work in a sequence of four blocks.
const DIAGONAL: usize = LANES;

/// The rows of a block in groups, each with the keys of the block that any row of it sees, filled up to whole [`LANES`].
fn groups(diagonal: bool, rows: usize, keys: usize) -> impl Iterator<Item = (Range<usize>, usize)> {
    let size = if diagonal { DIAGONAL } else { BLOCK };
    let filled = keys.next_multiple_of(LANES);
    (0..rows).step_by(size).map(move |first| {
        let last = (first + size).min(rows);
        (first..last, if diagonal { filled.min(first + size) } else { filled })
    })
}

/// What attention is of: rows of `3 · heads · inner` numbers, the queries of all heads, then their keys, then their values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionShape {
    /// Heads, side by side.
    pub heads: usize,
    /// Columns of a head.
    pub inner: usize,
    /// Whether a row sees only itself and the rows before it in its sequence.
    pub causal: bool,
    /// Which shares of the values go, and by what the others are multiplied; `None`: all stay. A share is element `2³² · (head · rows + row) + key`, where `row` is that of
    /// the query among all rows and `key` counts from the first row of the sequence.
    pub dropout: Option<Mask>,
}

impl AttentionShape {
    /// Columns of all heads.
    fn width(&self) -> usize {
        self.heads * self.inner
    }

    /// What scores are multiplied by.
    fn scale(&self) -> f32 {
        (self.inner as f64).sqrt().recip() as f32
    }

    /// How many numbers queries and keys make: what work costs is a multiple of it.
    fn cost(&self, spans: &[Range<usize>]) -> usize {
        let pairs: usize = spans.iter().map(|span| span.len() * span.len()).sum();
        pairs.saturating_mul(self.width()) / if self.causal { 2 } else { 1 }
    }

    /// # Panics
    /// If the spans are not rising, without overlap and within `rows`, or there are no columns.
    fn check(&self, spans: &[Range<usize>], rows: usize) {
        assert!(self.heads > 0 && self.inner > 0, "attention: a head without columns");
        let mut from = 0;
        for span in spans {
            assert!(from <= span.start && span.start <= span.end, "attention: spans overlap or fall");
            from = span.end;
        }
        assert!(from <= rows, "attention: a span beyond the rows");
    }
}

/// The factors of shares that `mask` gives: of row `line`, which is `head · rows + row`, and the keys from `key` on, an even number.
#[inline(always)]
pub(crate) fn share_factors(mask: Mask, line: usize, key: usize, to: &mut [f32]) {
    let first = ((line as u64) << 31).wrapping_add(key as u64 / 2);
    let (pairs, last) = to.as_chunks_mut::<2>();
    let count = pairs.len() as u64;
    for (pair, i) in pairs.iter_mut().zip(0..) {
        *pair = mask.pair(first.wrapping_add(i));
    }
    last.iter_mut().for_each(|last| *last = mask.pair(first.wrapping_add(count))[0]);
}

/// The rows that are in no span.
fn gaps(spans: &[Range<usize>], rows: usize) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(spans.iter().map(|span| span.end));
    let ends = spans.iter().map(|span| span.start).chain([rows]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|gap| !gap.is_empty()).collect()
}

/// Columns of a head, filled up to whole vectors.
fn padded<S: Simd>(inner: usize) -> usize {
    inner.next_multiple_of(S::F32_LANES)
}

/// A block of rows of a matrix in memory: the address of its first element, and how far rows and columns are apart.
#[derive(Clone, Copy)]
struct Left {
    at: *const f32,
    row: usize,
    step: usize,
}

/// `c = start + a · b` for `rows` rows, `depth` terms and `cols` columns, which are whole vectors.
///
/// # Safety
/// `a` must be readable at `rows · depth` places, `b` in `depth` rows of `cols` elements `b_step` apart; `c` must be writable by this thread alone in
/// `rows` rows of `cols` elements `c_row` apart, and initialised for [`Start::Accumulate`].
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn multiply<S: Simd>(
    simd: S,
    [rows, depth, cols]: [usize; 3],
    a: Left,
    b: *const f32,
    b_step: usize,
    c: *mut f32,
    c_row: usize,
    start: Start,
) {
    let blocks = Blocks::new::<S>(cols);
    for index in 0..blocks.count() {
        let block = blocks.get(index);
        let run = Run {
            a: a.at,
            a_row: a.row,
            a_step: a.step,
            b: b.wrapping_add(block.first),
            b_step,
            segments: &[Segment { a: 0, b: 0 }],
            len: depth,
            c: c.wrapping_add(block.first),
            c_row,
            rows,
            lines: 1,
            a_line: 0,
            c_line: 0,
            nv: block.nv,
            cols: block.len,
            start,
            relu: false,
        };
        // SAFETY: promised by the caller; blocks divide the columns.
        unsafe { run.run(simd) };
    }
}

/// Columns `at..at + inner` of the rows `span` of `x`, whose rows are `width` long, as rows of `padded` with zeros behind.
#[inline(always)]
fn gather(x: &[f32], width: usize, span: &Range<usize>, at: usize, inner: usize, padded: usize) -> Scratch {
    let mut out = Scratch::take(span.len() * padded);
    for (row, to) in span.clone().zip(out.chunks_exact_mut(padded)) {
        to[..inner].copy_from_slice(&x[row * width + at..][..inner]);
        to[inner..].fill(0.0);
    }
    out
}

/// The same transposed, in blocks of [`BLOCK`] rows: `[block][inner][BLOCK]`, with zeros behind the last row.
#[inline(always)]
fn gather_columns(x: &[f32], width: usize, span: &Range<usize>, at: usize, inner: usize) -> Scratch {
    let blocks = span.len().div_ceil(BLOCK);
    let mut out = Scratch::take(blocks * inner * BLOCK);
    for (index, to) in out.chunks_exact_mut(inner * BLOCK).enumerate() {
        let first = span.start + index * BLOCK;
        let rows = BLOCK.min(span.end - first);
        if rows < BLOCK {
            to.fill(0.0);
        }
        transpose(&x[first * width + at..], rows, inner, width, to, BLOCK);
    }
    out
}

/// Fills what query `query` of a block does not see of the keys from `first` on with what has no share.
#[inline(always)]
fn hide(scores: &mut [f32], shape: AttentionShape, query: usize, first: usize, keys: usize) {
    let seen = if shape.causal { (query + 1).saturating_sub(first).min(keys) } else { keys };
    scores[seen..].fill(f32::NEG_INFINITY);
}
