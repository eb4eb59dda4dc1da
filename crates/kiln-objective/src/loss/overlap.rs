//! Losses of whole masks: how little two regions overlap. They look at all elements of an item at once.

use burn::tensor::Tensor;

/// Dice loss of an item: `1 − (2 Σ p t + s) / (Σ p + Σ t + s)` (Milletari et al., V-Net, 2016, with the squares left out
/// of the denominator).
///
/// `probabilities` in `[0, 1]` and `targets` of 0 and 1 are `[N, elements]`; the result is `[N]`. `smooth` is positive, 1 in
/// most implementations; it is what two empty regions are compared by.
pub fn dice(probabilities: Tensor<2>, targets: Tensor<2>, smooth: f64) -> Tensor<1> {
    let both = sum(probabilities.clone().mul(targets.clone()));
    let all = sum(probabilities.add(targets));
    let overlap = both.mul_scalar(2.0).add_scalar(smooth).div(all.add_scalar(smooth));
    overlap.neg().add_scalar(1.0)
}

/// Tversky loss of an item: `1 − (TP + s) / (TP + α FP + β FN + s)` with `TP = Σ p t`, `FP = Σ p (1 − t)` and
/// `FN = Σ (1 − p) t` (Salehi et al., 2017). `α = β = ½` and half the `smooth` give [`dice`].
///
/// `probabilities` and `targets` are as there; the result is `[N]`.
pub fn tversky(
    probabilities: Tensor<2>,
    targets: Tensor<2>,
    alpha: f64,
    beta: f64,
    smooth: f64,
) -> Tensor<1> {
    let both = sum(probabilities.clone().mul(targets.clone()));
    let false_positive = sum(probabilities).sub(both.clone());
    let false_negative = sum(targets).sub(both.clone());
    let all = both.clone().add(false_positive.mul_scalar(alpha)).add(false_negative.mul_scalar(beta));
    both.add_scalar(smooth).div(all.add_scalar(smooth)).neg().add_scalar(1.0)
}

fn sum(elements: Tensor<2>) -> Tensor<1> {
    elements.sum_dim(1).squeeze_dim(1)
}
