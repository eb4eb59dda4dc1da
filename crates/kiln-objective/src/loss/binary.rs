//! Binary cross-entropy of logits.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

/// `mean [(1 − y) x − log σ(x)]` for a logit `x` and a target `y` in `[0, 1]`: `torch.nn.BCEWithLogitsLoss`.
///
/// Finite for every finite logit. The gradient is `σ(x) − y` everywhere, at `x = 0` too, where the usual
/// `max(x, 0) − x y + log(1 + e^−|x|)` has a kink that automatic differentiation gets wrong.
#[derive(Debug, Clone)]
pub(super) struct BinaryCrossEntropy;

impl BinaryCrossEntropy {
    pub(super) fn forward(&self, logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let negative = targets.neg().add_scalar(1.0);
        logits.clone().mul(negative).sub(log_sigmoid(logits)).mean()
    }
}
