//! The orthogonality penalty.

use std::fmt;

use burn::tensor::Tensor;

use super::{Penalty, WeightView, formula};
use crate::units::matrix;

/// `λ ‖G − I‖²` with `G` the products of the rows of a matrix with each other, or of its columns where there are fewer of
/// them (Bansal and others: Can we gain more from orthogonality regularizations, 2018). Filters are rows. A vector is a
/// matrix of one row.
///
/// Gradient `4 λ (G − I) W`. Keras' `OrthogonalRegularizer` takes rows of length 1 first and leaves the diagonal out.
#[derive(Debug, Clone, PartialEq)]
pub struct Orthogonal {
    /// λ, at least 0.
    pub strength: f64,
}

/// A matrix with no more rows than columns, whether it was turned for that, and what its rows are off from orthonormal.
fn excess(weight: WeightView<'_>) -> (Tensor<2>, bool, Tensor<2>) {
    let matrix = matrix(weight.flat, weight.dims);
    let [rows, columns] = matrix.dims();
    let turned = rows > columns;
    let matrix = if turned { matrix.transpose() } else { matrix };
    let side = rows.min(columns);
    let identity = Tensor::<2>::eye(side, &matrix.device()).cast(matrix.dtype());
    let excess = matrix.clone().matmul(matrix.clone().transpose()).sub(identity);
    (matrix, turned, excess)
}

impl Penalty for Orthogonal {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        let (_, _, excess) = excess(weight);
        excess.square().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        let (matrix, turned, excess) = excess(weight);
        let gradient = excess.matmul(matrix).mul_scalar(4.0 * self.strength);
        Some(if turned { gradient.transpose() } else { gradient }.reshape([-1]))
    }
}

impl fmt::Display for Orthogonal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "‖WᵀW − I‖²")
    }
}
