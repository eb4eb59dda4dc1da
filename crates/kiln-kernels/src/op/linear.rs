//! A linear layer.

use burn::tensor::{Tensor, module};
use kiln_core::Seed;

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
    if let Some(bias) = bias.as_ref().filter(|_| is_launched(&x, &weight)) {
        return Tensor::from_dispatch(crate::gpu::linear(x, weight, bias.clone(), act));
    }
    act.apply(module::linear(x, weight, bias))
}

/// `dropout(relu(x · weight + bias))`, as [`linear`] and [`dropout`](crate::dropout) do it one after the other, with the same mask; on a GPU
/// in two launches.
///
/// # Panics
/// As [`linear`].
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_kernels::{Act, dropout, linear, linear_relu_dropout};
///
/// let device = Device::default();
/// let x = Tensor::<2>::from_floats([[1.0, -2.0], [0.5, 3.0]], &device);
/// let (weight, bias) = (Tensor::<2>::ones([2, 3], &device), Tensor::<1>::ones([3], &device));
/// let dropped = linear_relu_dropout(x.clone(), weight.clone(), Some(bias.clone()), 0.5, Seed::new(0));
/// let separate = dropout(linear(x, weight, Some(bias), Act::Relu), 0.5, Seed::new(0));
/// assert_eq!(dropped.into_data(), separate.into_data());
/// ```
pub fn linear_relu_dropout(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    probability: f64,
    seed: Seed,
) -> Tensor<2> {
    #[cfg(feature = "wgpu")]
    if let Some(bias) = bias.as_ref().filter(|_| is_launched(&x, &weight)) {
        let mask = crate::cpu::Mask::new(probability, seed);
        return Tensor::from_dispatch(crate::gpu::linear_relu_dropout(x, weight, bias.clone(), mask));
    }
    super::dropout(linear(x, weight, bias, Act::Relu), probability, seed)
}

/// Whether a GPU has kernels for what surrounds the product.
#[cfg(feature = "wgpu")]
fn is_launched(x: &Tensor<2>, weight: &Tensor<2>) -> bool {
    use crate::gpu::{fits_rows, has_kernels};
    let outputs = [x.dims()[0], weight.dims()[1]];
    has_kernels(x) && has_kernels(weight) && (outputs.contains(&0) || fits_rows(&outputs))
}
