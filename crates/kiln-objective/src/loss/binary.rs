//! Losses of one logit against two classes.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

/// `(1 − y) x − (1 + (w − 1) y) log σ(x)` for each logit `x` and target `y` in `[0, 1]`, with the weight `w` of class 1
/// (1 for none): `torch.nn.BCEWithLogitsLoss(pos_weight=w)`.
///
/// Finite for every finite logit. Without a weight the gradient is `σ(x) − y` everywhere, at `x = 0` too, where the usual
/// `max(x, 0) − x y + log(1 + e^−|x|)` has a kink that automatic differentiation gets wrong.
pub fn binary_cross_entropy<const D: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    pos_weight: f64,
) -> Tensor<D> {
    let negative = targets.clone().neg().add_scalar(1.0);
    let log_p = log_sigmoid(logits.clone());
    let log_p = if pos_weight == 1.0 {
        log_p
    } else {
        log_p.mul(targets.mul_scalar(pos_weight - 1.0).add_scalar(1.0))
    };
    logits.mul(negative).sub(log_p)
}

/// Focal loss (Lin et al., Focal Loss for Dense Object Detection, 2017) for each logit `x` and target `y` in `[0, 1]`:
/// `a m^γ · BCE(x, y)`, where `m = σ(x) (1 − y) + σ(−x) y` is the probability of being wrong, and `a = α y + (1 − α)(1 − y)`,
/// or 1 without `alpha`: `torchvision.ops.sigmoid_focal_loss`, whose `alpha` is 0.25 and `gamma` 2 by default.
///
/// `m` is a sum of positive terms here, not 1 less the probability of being right, so a confident right answer keeps its
/// small loss, and its gradient is finite for every `gamma` of 0 or more.
pub fn sigmoid_focal<const D: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    gamma: f64,
    alpha: Option<f64>,
) -> Tensor<D> {
    let loss = binary_cross_entropy(logits.clone(), targets.clone(), 1.0);
    let negative = targets.clone().neg().add_scalar(1.0);
    // Burn's own sigmoid computes in f32 on ndarray, whatever the numbers are.
    let sigmoid = |x: Tensor<D>| log_sigmoid(x).exp();
    let wrong = sigmoid(logits.clone()).mul(negative.clone()).add(sigmoid(logits.neg()).mul(targets.clone()));
    // Zero is where a power below 1 has no slope; there the loss is zero anyway.
    let focus = wrong.clamp_min(f64::from(f32::MIN_POSITIVE)).powf_scalar(gamma);
    let loss = if gamma == 0.0 { loss } else { loss.mul(focus) };
    match alpha {
        Some(alpha) => loss.mul(targets.mul_scalar(alpha).add(negative.mul_scalar(1.0 - alpha))),
        None => loss,
    }
}

/// `max(0, m − s x)`, squared where `squared`, with `s = 2 y − 1`, for each output `x` and target `y` of 0 or 1:
/// `sklearn.metrics.hinge_loss` for `margin` 1.
pub fn hinge<const D: usize>(
    outputs: Tensor<D>,
    targets: Tensor<D>,
    margin: f64,
    squared: bool,
) -> Tensor<D> {
    let sign = targets.mul_scalar(2.0).sub_scalar(1.0);
    let missing = outputs.mul(sign).neg().add_scalar(margin).clamp_min(0.0);
    if squared { missing.square() } else { missing }
}
