//! Weight tensors as units: which numbers belong to one output or one input.

use std::fmt;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// What a unit of a weight tensor is: which numbers belong together.
///
/// Layouts are Burn's: matrices `[inputs, outputs]`, filters `[outputs, inputs, …]`. In a vector each number is a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Units {
    /// What goes into one output: a column of a matrix, a filter of a convolution.
    #[default]
    Output,
    /// What comes from one input: a row of a matrix, a channel in all filters.
    Input,
    /// The filters of convolutions, and no matrices.
    Filter,
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Output => "output",
            Self::Input => "input",
            Self::Filter => "filter",
        })
    }
}

/// A tensor of shape `dims` as `[outer, units, inner]`: what has the same place in the middle is one unit.
pub(crate) fn shape(units: Units, dims: &[usize]) -> [usize; 3] {
    let product = |dims: &[usize]| dims.iter().product();
    match (units, dims) {
        (_, [] | [_]) => [1, product(dims), 1],
        // Burn's matrices are [inputs, outputs], its filters [outputs, inputs, …].
        (Units::Input, [inputs, outputs]) => [1, *inputs, *outputs],
        (_, [inputs, outputs]) => [*inputs, *outputs, 1],
        (Units::Input, [outputs, inputs, rest @ ..]) => [*outputs, *inputs, product(rest)],
        (_, [outputs, rest @ ..]) => [1, *outputs, product(rest)],
    }
}

/// A tensor as a matrix with one row, or one column, for each output.
pub(crate) fn matrix(flat: Tensor<1>, dims: &[usize]) -> Tensor<2> {
    match dims {
        [rows, columns] => flat.reshape([*rows, *columns]),
        [] | [_] => flat.reshape([1, -1]),
        [outputs, ..] => flat.reshape([*outputs as i32, -1]),
    }
}

/// The sum over each unit of a flat tensor, `[1, units, 1]`.
pub(crate) fn sums(flat: Tensor<1>, shape: [usize; 3]) -> Tensor<3> {
    flat.reshape(shape).sum_dim(2).sum_dim(0)
}

/// The Euclidean norm of each unit of a flat tensor, `[1, units, 1]`.
pub(crate) fn norms(flat: Tensor<1>, shape: [usize; 3]) -> Tensor<3> {
    sums(flat.square(), shape).sqrt()
}

/// A flat tensor with each unit multiplied by its own factor, `[1, units, 1]`.
pub(crate) fn scale(flat: Tensor<1>, factors: Tensor<3>, shape: [usize; 3]) -> Tensor<1> {
    flat.reshape(shape).mul(factors).reshape([-1])
}

#[cfg(test)]
mod tests {
    use kiln_testkit::device;

    use super::*;

    #[test]
    fn units_are_those_of_burns_layouts() {
        let count = |dims: &[usize]| {
            Tensor::<1>::from_data(
                (0..dims.iter().product::<usize>()).map(|i| i as f32).collect::<Vec<_>>().as_slice(),
                &device(),
            )
        };
        let totals = |units, dims: &[usize]| -> Vec<f32> {
            sums(count(dims), shape(units, dims)).into_data().iter().collect()
        };
        // [[0, 1, 2], [3, 4, 5]]: two inputs, three outputs.
        assert_eq!(totals(Units::Output, &[2, 3]), [3.0, 5.0, 7.0]);
        assert_eq!(totals(Units::Input, &[2, 3]), [3.0, 12.0]);
        // Two filters of two channels of 1 × 2.
        assert_eq!(totals(Units::Filter, &[2, 2, 1, 2]), [6.0, 22.0]);
        assert_eq!(totals(Units::Output, &[2, 2, 1, 2]), [6.0, 22.0]);
        assert_eq!(totals(Units::Input, &[2, 2, 1, 2]), [10.0, 18.0]);
        assert_eq!(totals(Units::Input, &[3]), [0.0, 1.0, 2.0]);
        assert_eq!(matrix(count(&[2, 2, 1, 2]), &[2, 2, 1, 2]).dims(), [2, 4]);
        assert_eq!(matrix(count(&[2, 3]), &[2, 3]).dims(), [2, 3]);
        assert_eq!(matrix(count(&[3]), &[3]).dims(), [1, 3]);
    }
}
