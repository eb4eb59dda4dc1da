//! Linear layers: `y = act(x · w + bias)` and its gradients.

use super::act::Act;
use super::arch::arch;
use super::column_sums::column_sums;
use super::order::transposed;
use super::product::{Factor, Product};
use super::relu::masked;
use super::scratch::Scratch;

/// Rows above which the gradient of a bias is added up by several threads.
const MANY: usize = 512;

/// Floats of inputs that a cache holds: 4 MiB.
const CACHED: usize = 1 << 20;

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
    weight_grad(shape, x, g, dw);
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

/// `dw = xᵀ · g`.
///
/// The left factor is read once for each block of columns of the right one, a few numbers of each row at a time. Where it is the larger one and
/// does not stay in the cache that is slow, so `gᵀ · x` is computed and turned: the same sums, to the bit.
fn weight_grad(shape: LinearShape, x: &[f32], g: &[f32], dw: &mut [f32]) {
    let LinearShape { m, k, n } = shape;
    let of = |rows, cols, a, b| Product {
        rows,
        depth: m,
        cols,
        a,
        a_row: 1,
        a_step: rows,
        b: Factor::Rows(b),
        bias: None,
    };
    if k >= 2 * n && m * k > CACHED {
        let mut turned = Scratch::take(n * k);
        of(n, k, g, x).compute(arch(), false, &mut turned);
        transposed(&turned, n, k, dw);
    } else {
        of(k, n, x, g).compute(arch(), false, dw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gradient_that_is_turned_has_the_same_bits() {
        let shape = LinearShape { m: 1100, k: 1001, n: 65 };
        let LinearShape { m, k, n } = shape;
        assert!(k >= 2 * n && m * k > CACHED);
        let values = |len: usize, step: usize| -> Vec<f32> {
            (0..len).map(|i| ((i * step) % 1013) as f32 / 500.0 - 1.0).collect()
        };
        let (x, g) = (values(m * k, 7), values(m * n, 11));
        let (mut dw, mut straight) = (vec![0.0; k * n], vec![0.0; k * n]);
        weight_grad(shape, &x, &g, &mut dw);
        Product { rows: k, depth: m, cols: n, a: &x, a_row: 1, a_step: k, b: Factor::Rows(&g), bias: None }
            .compute(arch(), false, &mut straight);
        assert!(dw.iter().zip(&straight).all(|(a, b)| a.to_bits() == b.to_bits()));
        // And is what it should be, here and there.
        for (i, j) in [(0, 0), (1000, 64), (517, 33)] {
            let sum: f64 = (0..m).map(|r| f64::from(x[r * k + i]) * f64::from(g[r * n + j])).sum();
            assert!((f64::from(dw[i * n + j]) - sum).abs() < 1e-3, "{i} {j}: {} {sum}", dw[i * n + j]);
        }
    }
}
