//! The gradients for weight and bias.
//!
//! They are sums over all images. Images are cut into chunks, and wide layers' output channels into spans, each with its
//! own task and its own partial sums, which are added in order at the end. How many there are depends on the shape only:
//! so neither do the bits of the result depend on the number of threads.

mod direct;
mod finish;
mod product;
mod winograd;

pub(super) use direct::direct;
pub(super) use finish::finish;
pub(super) use product::product;
pub(super) use winograd::winograd;

use std::ops::Range;

use crate::cpu::parallel::{cut, piece};

/// Tasks to aim at.
const TASKS: usize = 16;

/// Floats that all partial sums together may have, before there are fewer chunks: 16 MiB.
const PARTIAL: usize = 4 * 1024 * 1024;

/// Output channels of one task.
const SPAN: usize = cut(128, 8);

/// How the work is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    n: usize,
    columns: usize,
    /// Output channels of a span.
    span: usize,
    pub(super) spans: usize,
    /// Images of a chunk.
    per: usize,
    chunks: usize,
    /// Floats of one column's partial sums.
    rows: usize,
}

impl Split {
    /// `n` images; `rows` sums for each of `columns` (whole vectors), which only `divisible` columns may be divided.
    pub(super) fn new(n: usize, rows: usize, columns: usize, divisible: bool) -> Self {
        let span = if divisible { SPAN.min(columns) } else { columns };
        let spans = columns.div_ceil(span.max(1)).max(1);
        let affordable = (PARTIAL / (rows * columns).max(1)).max(2);
        let chunks = TASKS.div_ceil(spans).min(affordable).min(n).max(1);
        let per = n.div_ceil(chunks).max(1);
        Self { n, columns, span, spans, per, chunks: n.div_ceil(per).max(1), rows }
    }

    pub(super) fn tasks(&self) -> usize {
        self.chunks * self.spans
    }

    pub(super) fn partial_len(&self) -> usize {
        self.chunks * self.rows * self.columns
    }

    /// Images and columns of task `index`.
    #[inline(always)]
    pub(super) fn task(&self, index: usize) -> (Range<usize>, Range<usize>) {
        (piece(index / self.spans, self.per, self.n), piece(index % self.spans, self.span, self.columns))
    }

    /// Where the partial sums `[rows][columns of the span]` of a task are.
    #[inline(always)]
    pub(super) fn place(&self, chunk: usize, columns: &Range<usize>) -> Range<usize> {
        let start = self.rows * (chunk * self.columns + columns.start);
        start..start + self.rows * columns.len()
    }

    /// Where the sums of `row` for a vector at `column` are, in chunk `chunk`.
    #[inline(always)]
    fn find(&self, chunk: usize, row: usize, column: usize) -> usize {
        let first = column / self.span * self.span;
        let width = self.span.min(self.columns - first);
        self.rows * (chunk * self.columns + first) + row * width + column - first
    }
}

/// Adds up the pixels of `g`, `[_, step]`, onto `sum`.
#[inline(always)]
fn add_pixels(sum: &mut [f32], g: &[f32], step: usize) {
    let len = sum.len();
    for pixel in g.chunks_exact(step) {
        add(sum, &pixel[..len]);
    }
}

/// Adds one pixel of `g` onto `sum`.
#[inline(always)]
fn add(sum: &mut [f32], g: &[f32]) {
    for (sum, &g) in sum.iter_mut().zip(g) {
        *sum += g;
    }
}
