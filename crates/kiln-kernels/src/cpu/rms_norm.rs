//! Normalisation by the root of the mean square over the last dimension.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, for_each, piece};
use super::rows::{add_chunks, rows_per_chunk, sum};
use super::scratch::Scratch;

/// `y = x · inverse · gamma` with each row's `inverse = 1 / √(mean(x²) + eps)`, which is kept for [`rms_norm_grad`].
///
/// `x`, `y`: `[rows, c]`; `gamma`: `[c]`; `inverse`: `[rows]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn rms_norm(x: &[f32], gamma: &[f32], eps: f64, y: &mut [f32], inverse: &mut [f32]) {
    let (c, rows) = (gamma.len(), inverse.len());
    assert!(c > 0, "rms_norm: gamma");
    assert_eq!(x.len(), rows * c, "rms_norm: x");
    assert_eq!(y.len(), x.len(), "rms_norm: y");
    let per = rows_per_chunk(c);
    let task = Forward { per, rows, x, gamma, eps, y: Shared::new(y), inverse: Shared::new(inverse) };
    for_each(arch(), rows.div_ceil(per), x.len() * MEMORY, &task);
}

struct Forward<'a> {
    per: usize,
    rows: usize,
    x: &'a [f32],
    gamma: &'a [f32],
    eps: f64,
    y: Shared<'a, f32>,
    inverse: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.gamma.len();
        let rows = piece(index, self.per, self.rows);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows.
        let (y, inverses) = unsafe { (self.y.slice(range.clone()), self.inverse.slice(rows)) };
        let lines = self.x[range].chunks_exact(c).zip(y.chunks_exact_mut(c));
        for ((x, y), kept) in lines.zip(inverses) {
            let square = sum(x, |x| x * x) / c as f32;
            let inverse = (1.0 / (f64::from(square) + self.eps).sqrt()) as f32;
            *kept = inverse;
            for i in 0..c {
                y[i] = x[i] * inverse * self.gamma[i];
            }
        }
    }
}

/// The gradients of [`rms_norm`] for the gradient `g` of its result. With `x̂ = x · inverse` and `ĝ = g · gamma`:
/// `dx = inverse · (ĝ − x̂ · mean(ĝ · x̂))`, the mean along the row; `dgamma = Σ_rows g · x̂`.
///
/// `x`, `g`, `dx`: `[rows, c]`; `gamma`, `dgamma`: `[c]`; `inverse`: `[rows]`, from the forward pass.
///
/// # Panics
/// If a slice's length does not fit.
pub fn rms_norm_grad(
    x: &[f32],
    g: &[f32],
    gamma: &[f32],
    inverse: &[f32],
    dx: &mut [f32],
    dgamma: &mut [f32],
) {
    let (c, rows) = (gamma.len(), inverse.len());
    assert!(c > 0 && dgamma.len() == c, "rms_norm_grad: dgamma");
    assert_eq!(x.len(), rows * c, "rms_norm_grad: x");
    assert_eq!(g.len(), x.len(), "rms_norm_grad: g");
    assert_eq!(dx.len(), x.len(), "rms_norm_grad: dx");
    let per = rows_per_chunk(c);
    let chunks = rows.div_ceil(per);
    let mut partial = Scratch::take(chunks * c);
    let (dx, sums) = (Shared::new(dx), Shared::new(&mut partial));
    let task = Backward { per, rows, x, g, gamma, inverse, dx, partial: sums };
    for_each(arch(), chunks, x.len() * 2 * MEMORY, &task);
    for (to, sum) in dgamma.iter_mut().zip(add_chunks(&partial, c, c, 0)) {
        *to = sum as f32;
    }
}

struct Backward<'a> {
    per: usize,
    rows: usize,
    x: &'a [f32],
    g: &'a [f32],
    gamma: &'a [f32],
    inverse: &'a [f32],
    dx: Shared<'a, f32>,
    /// For each chunk `Σ g · x̂`, columnwise.
    partial: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.gamma.len();
        let rows = piece(index, self.per, self.rows);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows and chunk.
        let (dx, dgamma) =
            unsafe { (self.dx.slice(range.clone()), self.partial.slice(index * c..(index + 1) * c)) };
        dgamma.fill(0.0);
        let mut products = Scratch::take(c);
        let tables = self.x[range.clone()].chunks_exact(c).zip(self.g[range].chunks_exact(c));
        for ((row, (x, g)), dx) in rows.zip(tables).zip(dx.chunks_exact_mut(c)) {
            let inverse = self.inverse[row];
            for i in 0..c {
                let normal = x[i] * inverse;
                dgamma[i] += g[i] * normal;
                dx[i] = g[i] * self.gamma[i];
                products[i] = dx[i] * normal;
            }
            let mean = sum(&products[..c], |product| product) / c as f32;
            for i in 0..c {
                dx[i] = inverse * (dx[i] - x[i] * inverse * mean);
            }
        }
    }
}
