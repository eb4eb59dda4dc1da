//! Mean squared error.

use burn::tensor::Tensor;

/// `mean (x − y)²` over all elements of `[N, columns]`, no ½: `torch.nn.MSELoss`.
pub(super) fn forward(outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    outputs.sub(targets).square().mean()
}
