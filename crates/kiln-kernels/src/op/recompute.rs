//! Inner results that are made anew in the backward pass.

use burn::backend::DispatchTensor;
use burn::tensor::Tensor;

use crate::Recomputable;

/// What `part` makes of `x`, with nothing kept for the backward pass but `x` and the parameters: there it runs once more (Chen and others: Training deep nets with
/// sublinear memory cost, 2016). Output and gradients have the bits that they have without it. `parameters` are all tensors whose gradients are wanted, by
/// `Tensor::into_dispatch`.
///
/// On flex. Elsewhere, and where no gradient of `x` is wanted, `part` runs as it is.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::{Recomputable, recomputed};
///
/// let device = Device::default().autodiff();
/// let x = Tensor::<2>::from_floats([[1.0, 2.0]], &device).require_grad();
/// let scale = Tensor::<1>::from_floats([3.0, 4.0], &device).require_grad();
/// let part = Recomputable::new(|x, mut parameters| {
///     let scale = Tensor::<1>::from_dispatch(parameters.remove(0));
///     (x * scale.unsqueeze()).exp()
/// });
/// let y = recomputed(x.clone(), vec![scale.clone().into_dispatch()], &part);
/// let found = y.log().sum().backward();
/// assert_eq!(x.grad(&found).unwrap().into_data(), [[3.0f32, 4.0]].into());
/// assert_eq!(scale.grad(&found).unwrap().into_data(), [1.0f32, 2.0].into());
/// ```
pub fn recomputed(x: Tensor<2>, parameters: Vec<DispatchTensor>, part: &Recomputable) -> Tensor<2> {
    #[cfg(feature = "flex")]
    if let Some(y) = crate::autodiff::recomputed(&x, &parameters, part) {
        return y;
    }
    part.run(x, parameters)
}
