//! The Kullback–Leibler divergence.

use burn::tensor::Tensor;

/// `q (log q − log p)` for each element, and 0 where `q = 0`: `torch.nn.KLDivLoss`. Summed over the classes it is the
/// divergence of an item; the mean of that over the items is PyTorch's `batchmean`.
///
/// `log_p`: logarithms of predicted probabilities, as `log_softmax` gives them; `q`: probabilities of the target.
pub fn kl_divergence<const D: usize>(log_p: Tensor<D>, q: Tensor<D>) -> Tensor<D> {
    let none = q.clone().lower_equal_elem(0.0);
    // Where the logarithm does not count, one of 1.
    let log_q = q.clone().mask_fill(none.clone(), 1.0).log();
    q.mul(log_q.sub(log_p)).mask_fill(none, 0.0)
}
