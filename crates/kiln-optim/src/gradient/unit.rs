//! The units of a parameter: what feeds one output.

use burn::tensor::Tensor;

/// A flat parameter of shape `dims` as a matrix, and the dimension along which a unit lies.
///
/// A matrix is `[inputs, outputs]` in Burn: a unit is a column. A convolution filter is `[outputs, …]`: a unit is
/// everything behind the first dimension. A vector, a bias or a norm, is one unit.
pub(super) fn units(flat: Tensor<1>, dims: &[usize]) -> (Tensor<2>, usize) {
    match *dims {
        [inputs, outputs] => (flat.reshape([inputs, outputs]), 0),
        [outputs, _, _, ..] => (flat.reshape([outputs as i64, -1]), 1),
        _ => (flat.reshape([1, -1]), 1),
    }
}

/// The Euclidean norm of each unit, `[1, units]` or `[units, 1]`.
pub(super) fn norms(units: &Tensor<2>, along: usize) -> Tensor<2> {
    units.clone().square().sum_dim(along).sqrt()
}
