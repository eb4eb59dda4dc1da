//! Batch normalisation over the last dimension of a table: channels of NHWC activations, or features.

mod backward;
mod follow;
mod forward;
mod lines;
mod statistics;

pub use backward::{batch_norm_grad, batch_norm_grad_in_place};
pub use forward::batch_norm;
pub use statistics::batch_norm_stats;

use pulp::Simd;

use super::scratch::Scratch;
use lines::Lines;

/// What [`batch_norm`] normalises with, `[c]` each.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Mean of each channel.
    pub mean: &'a [f32],
    /// Variance of each channel, biased.
    pub var: &'a [f32],
    /// Added to the variance.
    pub eps: f64,
    /// Scale of the result.
    pub gamma: &'a [f32],
    /// Offset of the result.
    pub beta: &'a [f32],
}

impl Norm<'_> {
    fn check(&self) -> usize {
        let c = self.mean.len();
        assert!(c > 0, "batch norm: no channels");
        assert!(
            [self.var, self.gamma, self.beta].iter().all(|slice| slice.len() == c),
            "batch norm: var, gamma or beta"
        );
        c
    }

    /// `1 / √(var + eps)`.
    fn inverse(&self) -> impl Iterator<Item = f64> {
        self.var.iter().map(|&var| 1.0 / (f64::from(var) + self.eps).sqrt())
    }

    /// `gamma / √(var + eps)`.
    fn scale(&self) -> Scratch {
        let mut scale = Scratch::take(self.mean.len());
        for ((scale, inverse), &gamma) in scale.iter_mut().zip(self.inverse()).zip(self.gamma) {
            *scale = (f64::from(gamma) * inverse) as f32;
        }
        scale
    }
}

/// Where [`Norm`]'s statistics come from, which decides whether a gradient flows through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistics {
    /// From `x` itself, as in training.
    Batch,
    /// From elsewhere, as the running statistics are.
    Fixed,
}

/// A slice of whole vectors as such.
#[inline(always)]
fn vectors<S: Simd>(x: &[f32]) -> &[S::f32s] {
    S::as_simd_f32s(x).0
}

#[inline(always)]
fn vectors_mut<S: Simd>(x: &mut [f32]) -> &mut [S::f32s] {
    S::as_mut_simd_f32s(x).0
}
