//! The orthogonality penalty.

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{ParamSelection, Range};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use crate::schema::JsonSchema;
use crate::units::matrix;

/// `λ ‖WᵀW − I‖²`, of the smaller side of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = OrthogonalConfig::new(1e-4))]
pub struct OrthogonalConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

impl OrthogonalConfig {
    /// λ on the weights, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, schedule: None }
    }
}

impl PenaltyKind for OrthogonalConfig {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: false,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(Orthogonal { strength: self.strength }))
    }

    fn formula(&self) -> String {
        "λ·Σ‖WᵀW − I‖² (no ½)".to_owned()
    }
}

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
