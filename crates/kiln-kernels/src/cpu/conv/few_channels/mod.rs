//! 3×3 kernels over few channels, as in first layers. Nine products a result and channel are too few for the general
//! kernels, which would wait for their own sums, for loads and for stores.

mod block;
mod block_grad;
mod turn;
mod weight_grad;
mod winners;

pub(super) use block::relu_pool;
pub(super) use block_grad::relu_pool_weight_grad;
pub(super) use weight_grad::{add, fits};
pub(super) use winners::{pack, unpack};

use super::ConvShape;
use super::direct::BlocksOf;
use crate::cpu::arch::Arch;

/// Whether a block is for [`relu_pool`] and [`relu_pool_weight_grad`]: one channel, stride 1, no gaps, whole vectors.
fn fits_block(arch: Arch, shape: &ConvShape) -> bool {
    let ConvShape { c: 1, r: 3, s: 3, stride: [1, 1], dilation: [1, 1], .. } = *shape else { return false };
    let lanes = arch.dispatch(BlocksOf(shape.k)).lanes;
    shape.k.is_multiple_of(lanes) && shape.ho() >= 2 && shape.wo() >= 2
}

/// Whether no sum or difference of products of such numbers is infinite or NaN: what the kernels for blocks leave out of
/// account, so that the general ones take what is not tame.
#[inline(always)]
fn tame(numbers: &[f32]) -> bool {
    // Without a way out in between: it compiles to vectors.
    numbers.iter().fold(true, |tame, number| tame & (number.abs() <= 1e12))
}
