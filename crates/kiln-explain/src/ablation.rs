//! Covering inputs that belong together.

use std::ops::Range;

use burn::tensor::{Tensor, TensorData};

use crate::gradient::picked;

/// By how much the output falls where the inputs of a group are covered by `baseline`, such as the 0s and 1s of one column: feature
/// ablation. `groups` are places in a row. Gives `[N, groups]`. Needs no gradient.
///
/// # Panics
/// As [`gradient`](crate::gradient), and without a group.
pub fn ablation(
    model: impl Fn(Tensor<2>) -> Tensor<2>,
    inputs: Tensor<2>,
    groups: &[Range<usize>],
    baseline: f64,
    targets: &[usize],
) -> Tensor<2> {
    let [_, width] = inputs.dims();
    let outputs = |inputs: Tensor<2>| picked(model(inputs), targets).inner();
    let before = outputs(inputs.clone());
    let fallen = |group: &Range<usize>| {
        let is = |place: usize| if group.contains(&place) { 1.0_f32 } else { 0.0 };
        let data = TensorData::new((0..width).map(is).collect::<Vec<_>>(), [1, width]);
        let device = inputs.device();
        let mask = Tensor::<2>::from_data(data.convert_dtype(inputs.dtype()), (&device, inputs.dtype()));
        let kept = inputs.clone() * mask.clone().neg().add_scalar(1.0);
        before.clone() - outputs(kept + mask.mul_scalar(baseline))
    };
    let columns: Vec<Tensor<2>> = groups.iter().map(fallen).collect();
    Tensor::cat(columns, 1)
}
