//! A linear layer.

use burn::tensor::{Tensor, module};

use crate::Act;

/// `act(x · weight + bias)`.
///
/// - `x`: `[N, inputs]`
/// - `weight`: `[inputs, outputs]`, as Burn has it (PyTorch's transposed)
/// - `bias`: `[outputs]`
///
/// Gives `[N, outputs]`.
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>, act: Act) -> Tensor<2> {
    let x = super::in_type_of(x, &weight);
    let bias = bias.map(|bias| super::in_type_of(bias, &weight));
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&weight) {
        let ([_, inputs], [rows, outputs]) = (x.dims(), weight.dims());
        assert_eq!(inputs, rows, "linear: x has {inputs} columns, the weight {rows} rows");
        let bias = bias.unwrap_or_else(|| Tensor::zeros([outputs], &x.device().inner()));
        assert_eq!(
            bias.dims(),
            [outputs],
            "linear: the bias must have as many elements as the weight columns"
        );
        return Tensor::from_dispatch(crate::autodiff::linear(x, weight, bias, act));
    }
    #[cfg(feature = "wgpu")]
    if let Some(bias) = bias.as_ref().filter(|_| {
        crate::gpu::has_kernels(&x)
            && crate::gpu::has_kernels(&weight)
            && x.dims()[0] <= crate::gpu::MOST_ROWS
    }) {
        return Tensor::from_dispatch(crate::gpu::linear(x, weight, bias.clone(), act));
    }
    act.apply(module::linear(x, weight, bias))
}
