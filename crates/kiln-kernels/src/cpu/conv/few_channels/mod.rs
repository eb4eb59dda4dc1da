//! 3×3 kernels over few channels, as in first layers. Nine products a result and channel are too few for the general
//! kernels, which would wait for their own sums, for loads and for stores.

mod block;
mod block_grad;
mod turn;
mod weight_grad;

pub(super) use block::Block;
pub(super) use {block_grad::add_pooled, weight_grad::add};

use pulp::Simd;

use super::plan::{Plan, Sweep};

/// Whether the weight gradient of this sweep over `cin` channels is for [`add`]: all sums must fit into registers.
pub(super) fn fits<S: Simd>(sweep: &Sweep, cin: usize) -> bool {
    let most = if S::REGISTER_COUNT >= 32 { 3 } else { 1 };
    (1..=most).contains(&cin) && sweep.taps.len() == 9 && sweep.merged == 3
}

/// Whether a block with pooling over one channel is for [`Block`] and [`add_pooled`]: stride 1, no gaps, whole vectors of `lanes`.
pub(super) fn fits_pooled(plan: &Plan, lanes: usize) -> bool {
    let [sweep] = &plan.sweeps[..] else { return false };
    plan.groups == 1
        && plan.cin == 1
        && (sweep.taps.len(), sweep.merged) == (9, 3)
        && sweep.stride == [1, 1]
        && sweep.taps[3].0 == plan.canvas.w
        && plan.cout.is_multiple_of(lanes)
        && plan.result.iter().all(|&side| side >= 2)
}

/// Whether no sum or difference of products of such numbers is infinite or NaN: what the kernels for blocks leave out of
/// account, so that the general ones take what is not tame.
#[inline(always)]
pub(super) fn tame(numbers: &[f32]) -> bool {
    // Without a way out in between: it compiles to vectors.
    numbers.iter().fold(true, |tame, number| tame & (number.abs() <= 1e12))
}
