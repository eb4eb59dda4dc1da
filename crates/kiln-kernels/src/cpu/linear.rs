//! Linear layers: `y = act(x · w + bias)` and its gradients.

use super::act::Act;
use super::arch::arch;
use super::column_sums::column_sums;
use super::product::{Factor, Product};
use super::relu::masked;
use super::scratch::Scratch;

/// Rows above which the gradient of a bias is added up by several threads.
const MANY: usize = 512;

/// The sizes of a linear layer: `x` is `[m, k]`, the weight `[k, n]`, `y` `[m, n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinearShape {
    /// Rows, usually the batch.
    pub m: usize,
    /// Inputs.
    pub k: usize,
    /// Outputs.
    pub n: usize,
}

impl LinearShape {
    /// Sizes that overflow would slip through the checks of lengths.
    fn check(&self) {
        let fits = |a: usize, b: usize| a.checked_mul(b).is_some_and(|len| len <= isize::MAX as usize / 4);
        assert!(
            fits(self.m, self.k) && fits(self.k, self.n) && fits(self.m, self.n),
            "linear: sizes overflow"
        );
    }
}

/// `y = act(x · w + bias)`.
///
/// `x`: `[m, k]`; `w`: `[k, n]`; `bias`: `[n]`; `y`: `[m, n]`.
///
/// # Panics
/// If a slice's length does not fit the shape.
pub fn linear(shape: LinearShape, x: &[f32], w: &[f32], bias: Option<&[f32]>, act: Act, y: &mut [f32]) {
    shape.check();
    let LinearShape { m, k, n } = shape;
    assert_eq!(x.len(), m * k, "linear: x");
    assert_eq!(w.len(), k * n, "linear: w");
    assert!(bias.is_none_or(|bias| bias.len() == n), "linear: bias");
    assert_eq!(y.len(), m * n, "linear: y");
    let product = Product { rows: m, depth: k, cols: n, a: x, a_row: k, a_step: 1, b: Factor::Rows(w), bias };
    product.compute(arch(), act == Act::Relu, y);
}

/// The gradients of [`linear`] for the gradient `g` of its result: with `g′ = g` where `relu_of > 0` (or NaN), else 0,
/// `dx = g′ · wᵀ`, `dw = xᵀ · g′`, `db = Σ_rows g′`.
///
/// `relu_of`: the result `y`, `[m, n]`, if the layer had a relu; `g`: `[m, n]`; `dx`: `[m, k]`, left out for a first
/// layer; `dw`: `[k, n]`; `db`: `[n]`.
///
/// # Panics
/// If a slice's length does not fit the shape.
#[allow(clippy::too_many_arguments)]
pub fn linear_grad(
    shape: LinearShape,
    x: &[f32],
    w: &[f32],
    relu_of: Option<&[f32]>,
    g: &[f32],
    dx: Option<&mut [f32]>,
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    shape.check();
    let LinearShape { m, k, n } = shape;
    assert_eq!(x.len(), m * k, "linear_grad: x");
    assert_eq!(w.len(), k * n, "linear_grad: w");
    assert!(relu_of.is_none_or(|y| y.len() == m * n), "linear_grad: relu_of");
    assert_eq!(g.len(), m * n, "linear_grad: g");
    assert!(dx.as_ref().is_none_or(|dx| dx.len() == m * k), "linear_grad: dx");
    assert_eq!(dw.len(), k * n, "linear_grad: dw");
    assert!(db.as_ref().is_none_or(|db| db.len() == n), "linear_grad: db");
    let mut scratch;
    let g = match relu_of {
        Some(y) => {
            scratch = Scratch::take(m * n);
            masked(arch(), y, g, &mut scratch);
            &scratch[..]
        }
        None => g,
    };
    let product =
        Product { rows: k, depth: m, cols: n, a: x, a_row: 1, a_step: k, b: Factor::Rows(g), bias: None };
    product.compute(arch(), false, dw);
    match db {
        Some(db) if m > MANY && n > 0 => column_sums(g, db),
        Some(db) => {
            db.fill(0.0);
            for row in g.chunks_exact(n.max(1)) {
                for (db, g) in db.iter_mut().zip(row) {
                    *db += g;
                }
            }
        }
        None => {}
    }
    if let Some(dx) = dx {
        let product = Product {
            rows: m,
            depth: n,
            cols: k,
            a: g,
            a_row: n,
            a_step: 1,
            b: Factor::Columns(w),
            bias: None,
        };
        product.compute(arch(), false, dx);
    }
}
