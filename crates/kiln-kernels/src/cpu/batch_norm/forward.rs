//! Normalising with given statistics.

use pulp::Simd;

use super::Norm;
use crate::cpu::act::Act;
use crate::cpu::arch::arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each, piece};
use crate::cpu::rows::rows_per_chunk;

/// `y = act((x − mean) / √(var + eps) · gamma + beta)`.
///
/// `x`, `y`: `[rows, c]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn batch_norm(x: &[f32], norm: Norm<'_>, act: Act, y: &mut [f32]) {
    let c = norm.check();
    assert!(x.len().is_multiple_of(c), "batch_norm: x is not whole rows");
    assert_eq!(y.len(), x.len(), "batch_norm: y");
    let per = rows_per_chunk(c);
    let scale = norm.scale();
    let task = Forward { per, x, norm, scale: &scale, relu: act == Act::Relu, y: Shared::new(y) };
    for_each(arch(), (x.len() / c).div_ceil(per), x.len() * MEMORY, &task);
}

struct Forward<'a> {
    per: usize,
    x: &'a [f32],
    norm: Norm<'a>,
    scale: &'a [f32],
    relu: bool,
    y: Shared<'a, f32>,
}

/// The result before activation. Forward and backward must round alike, or they would disagree about relu.
#[inline(always)]
pub(super) fn normalised(x: f32, mean: f32, scale: f32, beta: f32) -> f32 {
    (x - mean) * scale + beta
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.norm.mean.len();
        let rows = piece(index, self.per, self.x.len() / c);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows.
        let y = unsafe { self.y.slice(range.clone()) };
        let (mean, scale, beta) = (&self.norm.mean[..c], &self.scale[..c], &self.norm.beta[..c]);
        for (x, y) in self.x[range].chunks_exact(c).zip(y.chunks_exact_mut(c)) {
            if self.relu {
                for i in 0..c {
                    let value = normalised(x[i], mean[i], scale[i], beta[i]);
                    y[i] = if value < 0.0 { 0.0 } else { value };
                }
            } else {
                for i in 0..c {
                    y[i] = normalised(x[i], mean[i], scale[i], beta[i]);
                }
            }
        }
    }
}
