//! Recurrent layers over whole sequences. Items are independent: a task has some of them, and goes with them from the first step to the last.

mod gru;
mod lstm;

pub use gru::{GruStates, gru, gru_grad};
pub use lstm::{LstmStates, lstm, lstm_grad};

use pulp::Simd;

use super::arch::{Arch, arch};
use super::conv::BlocksOf;
use super::curve::exp;
use super::panels;
use super::parallel::cut;
use super::product::{Factor, Product};
use super::scratch::Scratch;
use super::tile::{Blocks, Run, Segment, Start};

/// Items of a task at most.
const ITEMS: usize = cut(16, 2);

/// What one exponential costs in multiplications.
const CURVE: usize = 20;

/// The sizes of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecurrentShape {
    /// Sequences.
    pub items: usize,
    /// Steps of each.
    pub steps: usize,
    /// Numbers of a state.
    pub hidden: usize,
}

impl RecurrentShape {
    /// Items of a task: by the shape alone.
    fn per(&self) -> usize {
        self.items.div_ceil(2).clamp(1, ITEMS)
    }

    fn tasks(&self) -> usize {
        self.items.div_ceil(self.per())
    }

    fn states(&self) -> usize {
        self.items * self.steps * self.hidden
    }

    fn cost(&self, gates: usize) -> usize {
        self.states() * gates * (2 * self.hidden + CURVE)
    }
}

/// A weight whose columns are side by side, and read so by every task.
struct Packed {
    blocks: Blocks,
    depth: usize,
    panels: Scratch,
}

impl Packed {
    /// Of `weight`, `[depth, cols]`.
    fn rows(arch: Arch, depth: usize, cols: usize, weight: &[f32]) -> Self {
        let blocks = arch.dispatch(BlocksOf(cols));
        Self { blocks, depth, panels: panels::of_rows(arch, blocks, depth, weight) }
    }

    /// Of `weight`, `[cols, depth]`.
    fn columns(arch: Arch, depth: usize, cols: usize, weight: &[f32]) -> Self {
        let blocks = arch.dispatch(BlocksOf(cols));
        Self { blocks, depth, panels: panels::of_columns(arch, blocks, depth, weight) }
    }

    /// `c += a · weight` for rows of `a` that are `a_row` apart and rows of `c` that are `c_row` apart.
    #[inline(always)]
    fn add_to<S: Simd>(&self, simd: S, a: &[f32], a_row: usize, c: &mut [f32], c_row: usize, rows: usize) {
        if rows == 0 || self.depth == 0 {
            return;
        }
        assert!((rows - 1) * a_row + self.depth <= a.len(), "recurrent: a");
        assert!((rows - 1) * c_row + self.blocks.len <= c.len(), "recurrent: c");
        for index in 0..self.blocks.count() {
            let block = self.blocks.get(index);
            let panel = &self.panels[block.first * self.depth..][..self.depth * block.width];
            let run = Run {
                a: a.as_ptr(),
                a_row,
                a_step: 1,
                b: panel.as_ptr(),
                b_step: block.width,
                segments: &[Segment { a: 0, b: 0 }],
                len: self.depth,
                c: c[block.first..].as_mut_ptr(),
                c_row,
                rows,
                lines: 1,
                a_line: 0,
                c_line: 0,
                nv: block.nv,
                cols: block.len,
                start: Start::Accumulate,
                relu: false,
            };
            // SAFETY: the assertions cover `a` and `c`; the panel has `depth` rows of whole vectors.
            unsafe { run.run(simd) };
        }
    }
}

/// `dw = Σ hᵀ(t − 1) · g(t)` over items and steps, with 0 before the first: the gradient of what states are multiplied by.
///
/// `states`: `[items, steps, hidden]`; `g`: `[items, steps, gates]`; `dw`: `[hidden, gates]`.
fn weight_grad(shape: RecurrentShape, states: &[f32], g: &[f32], dw: &mut [f32]) {
    let RecurrentShape { items, steps, hidden } = shape;
    let mut before = Scratch::take(states.len());
    let size = steps * hidden;
    for (states, before) in states.chunks_exact(size.max(1)).zip(before.chunks_exact_mut(size.max(1))) {
        before[..hidden].fill(0.0);
        before[hidden..].copy_from_slice(&states[..size - hidden]);
    }
    let (depth, cols) = (items * steps, dw.len() / hidden.max(1));
    let b = Factor::Rows(g);
    Product { rows: hidden, depth, cols, a: &before, a_row: 1, a_step: hidden, b, bias: None }.compute(
        arch(),
        false,
        dw,
    );
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Within 3e-7 of it.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}
