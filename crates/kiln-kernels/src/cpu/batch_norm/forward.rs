//! Normalising with given statistics.

use std::marker::PhantomData;

use pulp::Simd;

use super::follow::{Follow, HardSwish, Nothing, Relu};
use super::{Lines, Norm};
use crate::cpu::act::NormAct;
use crate::cpu::arch::arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each, piece};
use crate::cpu::rows::rows_per_chunk;

/// `y = act((x − mean) / √(var + eps) · gamma + beta)`.
///
/// `x`, `y`: `[rows, c]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn batch_norm(x: &[f32], norm: Norm<'_>, act: impl Into<NormAct>, y: &mut [f32]) {
    match act.into() {
        NormAct::None => run::<Nothing>(x, norm, y),
        NormAct::Relu => run::<Relu>(x, norm, y),
        NormAct::HardSwish => run::<HardSwish>(x, norm, y),
    }
}

fn run<F: Follow>(x: &[f32], norm: Norm<'_>, y: &mut [f32]) {
    let c = norm.check();
    assert!(x.len().is_multiple_of(c), "batch_norm: x is not whole rows");
    assert_eq!(y.len(), x.len(), "batch_norm: y");
    let per = rows_per_chunk(c);
    let lines = Lines::new(c, [norm.mean, &norm.scale(), norm.beta]);
    let task = Forward::<F> { per: per * c, x, lines: &lines, y: Shared::new(y), follow: PhantomData };
    for_each(arch(), x.len().div_ceil(per * c), x.len() * MEMORY, &task);
}

struct Forward<'a, F> {
    /// Elements of a chunk.
    per: usize,
    x: &'a [f32],
    /// Mean, scale and shift.
    lines: &'a Lines<3>,
    y: Shared<'a, f32>,
    follow: PhantomData<F>,
}

/// The result before activation. Forward and backward must round alike, or they would disagree about relu.
#[inline(always)]
pub(super) fn normalised(x: f32, mean: f32, scale: f32, beta: f32) -> f32 {
    (x - mean) * scale + beta
}

impl<F: Follow> Task for Forward<'_, F> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, self.per, self.x.len());
        // SAFETY: each task has its own rows.
        let y = unsafe { self.y.slice(range.clone()) };
        let wide = self.lines.wide();
        for (x, y) in self.x[range].chunks(wide).zip(y.chunks_mut(wide)) {
            let len = y.len();
            let (x, [mean, scale, beta]) = (&x[..len], self.lines.first(len));
            for i in 0..len {
                y[i] = F::value(normalised(x[i], mean[i], scale[i], beta[i]));
            }
        }
    }
}
