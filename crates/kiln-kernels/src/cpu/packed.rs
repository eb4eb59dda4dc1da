//! Linear layers whose weight is brought once into the order in which it is read.

use super::act::Act;
use super::arch::{Arch, arch};
use super::conv::BlocksOf;
use super::panels;
use super::product::{Factor, Product};
use super::scratch::Scratch;

/// A linear layer for many calls: `y = act(x · w + bias)`, as [`linear`](super::linear) has it, without the work on its weight.
///
/// A weight of 256 outputs is copied by every call of `linear`; for one row that takes as long as the product.
#[derive(Debug)]
pub struct PackedLinear {
    arch: Arch,
    k: usize,
    n: usize,
    /// `[block][input][column of the block]`.
    panels: Scratch,
    bias: Option<Vec<f32>>,
}

impl PackedLinear {
    /// Of a weight `w`, `[k, n]`, and a bias, `[n]`.
    ///
    /// # Panics
    /// If a slice's length does not fit.
    pub fn new([k, n]: [usize; 2], w: &[f32], bias: Option<&[f32]>) -> Self {
        assert!(k.checked_mul(n) == Some(w.len()), "packed linear: w");
        assert!(bias.is_none_or(|bias| bias.len() == n), "packed linear: bias");
        let arch = arch();
        let blocks = arch.dispatch(BlocksOf(n));
        let panels = if w.is_empty() { Scratch::take(0) } else { panels::of_rows(arch, blocks, k, w) };
        Self { arch, k, n, panels, bias: bias.map(<[f32]>::to_vec) }
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        self.k
    }

    /// Outputs.
    pub fn outputs(&self) -> usize {
        self.n
    }

    /// `y = act(x · w + bias)`: `x`: `[m, k]`; `y`: `[m, n]`. The bits are those of [`linear`](super::linear).
    ///
    /// # Panics
    /// If a slice's length does not fit.
    pub fn apply(&self, m: usize, x: &[f32], act: Act, y: &mut [f32]) {
        let (k, n) = (self.k, self.n);
        assert!(m.checked_mul(k) == Some(x.len()), "packed linear: x");
        assert!(m.checked_mul(n) == Some(y.len()), "packed linear: y");
        let b = Factor::Panels(&self.panels);
        let product =
            Product { rows: m, depth: k, cols: n, a: x, a_row: k, a_step: 1, b, bias: self.bias.as_deref() };
        product.compute(self.arch, act == Act::Relu, y);
    }
}
