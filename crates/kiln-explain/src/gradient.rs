//! Gradients of outputs with respect to inputs.

use burn::tensor::{Int, Tensor, TensorData};

/// ∂ output / ∂ input of each item: saliency, with its sign (Simonyan, Vedaldi and Zisserman 2013). The shape is that of the inputs, the
/// device the one without autodiff.
///
/// # Panics
/// As Burn does, when there are fewer `targets` than items, or one is no output.
pub fn gradient<const D: usize>(
    model: impl Fn(Tensor<D>) -> Tensor<2>,
    inputs: Tensor<D>,
    targets: &[usize],
) -> Tensor<D> {
    let leaf = inputs.detach().require_grad();
    let gradients = picked(model(leaf.clone()), targets).sum().backward();
    // An output that does not depend on its inputs has none.
    leaf.grad(&gradients).unwrap_or_else(|| leaf.inner().zeros_like())
}

/// The input times its [`gradient`] (Shrikumar et al. 2016): for a linear model what each input adds to the output.
///
/// # Panics
/// As [`gradient`].
pub fn input_x_gradient<const D: usize>(
    model: impl Fn(Tensor<D>) -> Tensor<2>,
    inputs: Tensor<D>,
    targets: &[usize],
) -> Tensor<D> {
    let gradient = gradient(model, inputs.clone(), targets);
    inputs.inner() * gradient
}

/// The output of each item that is explained, `[N, 1]`.
pub(crate) fn picked(outputs: Tensor<2>, targets: &[usize]) -> Tensor<2> {
    let targets: Vec<i64> = targets.iter().map(|target| *target as i64).collect();
    let shape = [targets.len(), 1];
    let places = Tensor::<2, Int>::from_data(TensorData::new(targets, shape), &outputs.device());
    outputs.gather(1, places)
}
