//! Halves of rows, of which one is the gate of the other.

use pulp::Simd;

use super::arch::arch;
use super::curve::exp;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};

/// Results of a task.
const CHUNK: usize = cut(8 * 1024, 64);

/// `y = silu(a) · b` of rows `[a, b]` (Shazeer: GLU variants improve transformer, 2020), with `silu(a) = a / (1 + e⁻ᵃ)`.
///
/// `x`: `[rows, 2 · width]`; `y`: `[rows, width]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn swiglu(width: usize, x: &[f32], y: &mut [f32]) {
    check(width, x, y.len());
    let rows = y.len() / width;
    let per = (CHUNK / width).max(1);
    let task = Forward { width, rows, per, x, y: Shared::new(y) };
    for_each(arch(), rows.div_ceil(per), 3 * x.len() * MEMORY, &task);
}

fn check(width: usize, x: &[f32], results: usize) {
    assert!(width > 0 && results.is_multiple_of(width), "swiglu: y is not whole rows");
    assert_eq!(x.len(), 2 * results, "swiglu: x");
}

struct Forward<'a> {
    width: usize,
    rows: usize,
    per: usize,
    x: &'a [f32],
    y: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let (width, rows) = (self.width, piece(index, self.per, self.rows));
        // SAFETY: each task has its own rows.
        let y = unsafe { self.y.slice(rows.start * width..rows.end * width) };
        let x = &self.x[2 * rows.start * width..2 * rows.end * width];
        for (x, y) in x.chunks_exact(2 * width).zip(y.chunks_exact_mut(width)) {
            let (gate, value) = x.split_at(width);
            for i in 0..width {
                y[i] = gate[i] / (1.0 + exp(-gate[i])) * value[i];
            }
        }
    }
}

/// The gradient of [`swiglu`] for the gradient `g` of its result.
///
/// `x`, `dx`: `[rows, 2 · width]`; `g`: `[rows, width]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn swiglu_grad(width: usize, x: &[f32], g: &[f32], dx: &mut [f32]) {
    check(width, x, g.len());
    assert_eq!(dx.len(), x.len(), "swiglu_grad: dx");
    let rows = g.len() / width;
    let per = (CHUNK / width).max(1);
    let task = Backward { width, rows, per, x, g, dx: Shared::new(dx) };
    for_each(arch(), rows.div_ceil(per), 4 * x.len() * MEMORY, &task);
}

struct Backward<'a> {
    width: usize,
    rows: usize,
    per: usize,
    x: &'a [f32],
    g: &'a [f32],
    dx: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let (width, rows) = (self.width, piece(index, self.per, self.rows));
        let range = 2 * rows.start * width..2 * rows.end * width;
        // SAFETY: each task has its own rows.
        let dx = unsafe { self.dx.slice(range.clone()) };
        let g = &self.g[rows.start * width..rows.end * width];
        let lines = self.x[range].chunks_exact(2 * width).zip(dx.chunks_exact_mut(2 * width));
        for ((x, dx), g) in lines.zip(g.chunks_exact(width)) {
            let (gate, value) = x.split_at(width);
            let (of_gate, of_value) = dx.split_at_mut(width);
            for i in 0..width {
                let open = 1.0 / (1.0 + exp(-gate[i]));
                let silu = gate[i] * open;
                of_gate[i] = g[i] * value[i] * (open + silu * (1.0 - open));
                of_value[i] = g[i] * silu;
            }
        }
    }
}
