//! Rectified linear units.

use pulp::Simd;

use super::arch::{Arch, arch};
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};

/// Elements of a task.
const CHUNK: usize = cut(64 * 1024, 64);

/// `y = max(x, 0)`; NaN stays NaN.
///
/// # Panics
/// If the lengths differ.
pub fn relu(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "relu: y");
    let len = x.len();
    for_each(arch(), len.div_ceil(CHUNK), len * MEMORY, &Pass { x, g: None, out: Shared::new(y) });
}

/// `dx = g` where `y > 0`, else 0; where `y` is NaN the gradient passes. `y` is relu's result or its input.
///
/// # Panics
/// If the lengths differ.
pub fn relu_grad(y: &[f32], g: &[f32], dx: &mut [f32]) {
    assert_eq!(y.len(), g.len(), "relu_grad: g");
    assert_eq!(y.len(), dx.len(), "relu_grad: dx");
    masked(arch(), y, g, dx);
}

pub(super) fn masked(arch: Arch, y: &[f32], g: &[f32], dx: &mut [f32]) {
    let len = y.len();
    for_each(arch, len.div_ceil(CHUNK), len * MEMORY, &Pass { x: y, g: Some(g), out: Shared::new(dx) });
}

struct Pass<'a> {
    x: &'a [f32],
    /// What to let through, if not `x` itself.
    g: Option<&'a [f32]>,
    out: Shared<'a, f32>,
}

impl Task for Pass<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, CHUNK, self.x.len());
        let x = &self.x[range.clone()];
        // SAFETY: each task has its own piece.
        let out = unsafe { self.out.slice(range.clone()) };
        let g = self.g.map_or(x, |g| &g[range]);
        for ((out, &x), &g) in out.iter_mut().zip(x).zip(g) {
            *out = if x <= 0.0 { 0.0 } else { g };
        }
    }
}
