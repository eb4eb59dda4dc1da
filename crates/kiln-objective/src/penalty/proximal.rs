//! What proximal steps are made of. Sizes of steps are those of the optimiser.

use burn::tensor::Tensor;
use kiln_optim::StepSize;

use crate::units;

/// `sign(w) · max(|w| − size · strength, 0)`, with exact zeros: the proximal step of `strength Σ |w|`.
pub(super) fn soft_threshold(weight: Tensor<1>, size: &StepSize, strength: f64) -> Tensor<1> {
    // w less what of it lies within the threshold: w − w is exactly 0.
    let within = match size {
        StepSize::Same(size) => weight.clone().clamp(-size * strength, size * strength),
        StepSize::Each(sizes) => {
            let threshold = sizes.clone().mul_scalar(strength);
            weight.clone().min_pair(threshold.clone()).max_pair(threshold.neg())
        }
    };
    weight.sub(within)
}

/// `w / (1 + size · strength)`: the proximal step of `strength/2 Σ w²`.
pub(super) fn shrink(weight: Tensor<1>, size: &StepSize, strength: f64) -> Tensor<1> {
    match size {
        StepSize::Same(size) => weight.div_scalar(1.0 + size * strength),
        StepSize::Each(sizes) => weight.div(sizes.clone().mul_scalar(strength).add_scalar(1.0)),
    }
}

/// Steps of Newton's method for a group; from below they rise to the root, and the error is squared by each near it.
const NEWTON: usize = 25;

/// The proximal step of `strength Σ ‖w_g‖` over the groups that `shape` cuts a weight into, with exact zeros.
///
/// With one size for all it is `w_g max(0, 1 − size · strength/‖w_g‖)` (Yuan and Lin 2006). With a size for each element there
/// is no closed form: with `d = 1/size`, a group is zero where `‖d w‖ ≤ strength`, and else `uᵢ = wᵢ dᵢ s/(dᵢ s + strength)`,
/// where `s = ‖u‖` is the root of `Σ (dᵢ wᵢ)²/(dᵢ s + strength)² = 1` (Deleu and Bengio: Structured sparsity inducing adaptive
/// optimizers for deep learning, 2021).
pub(super) fn shrink_groups(
    weight: Tensor<1>,
    size: &StepSize,
    strength: f64,
    shape: [usize; 3],
) -> Tensor<1> {
    match size {
        StepSize::Same(size) => {
            let norms = units::norms(weight.clone(), shape);
            let gone = norms.clone().lower_equal_elem(size * strength);
            let factors = norms.recip().mul_scalar(-size * strength).add_scalar(1.0).mask_fill(gone, 0.0);
            // Zero times what has no number would be no number, and is left as it is.
            units::scale(weight, factors, shape)
        }
        StepSize::Each(sizes) => {
            let dims = [shape[0] * shape[1] * shape[2]];
            let metric = sizes.clone().recip();
            let pull = metric.clone().mul(weight.clone());
            let gone = units::norms(pull.clone(), shape).lower_equal_elem(strength);
            let spread = |per_group: Tensor<3>| per_group.expand(shape).reshape(dims);
            let mut norm = units::norms(weight.clone(), shape).zeros_like();
            for _ in 0..NEWTON {
                // φ(s) = Σ (pull/(d s + strength))² falls and is convex: Newton for φ^(−½) = 1, which is nearly straight.
                let under = metric.clone().mul(spread(norm.clone())).add_scalar(strength);
                let share = pull.clone().div(under.clone()).square();
                let value = units::sums(share.clone(), shape);
                let slope = units::sums(share.mul(metric.clone()).div(under), shape);
                let step = value.clone().mul(value.sqrt().sub_scalar(1.0)).div(slope);
                let step = step.mask_fill(gone.clone(), 0.0);
                norm = norm.add(step);
            }
            let moved = metric.clone().mul(spread(norm.clone()));
            let factors = moved.clone().div(moved.add_scalar(strength));
            weight.mul(factors).mask_fill(spread(norm.mask_fill(gone, 0.0)).equal_elem(0.0), 0.0)
        }
    }
}
