//! Adafactor.

use burn::tensor::{DType, Tensor};
use kiln_core::Range;

use super::build::check;
use super::{At, Gradient, Kept, Rule, Slot, lerp};
use crate::{AdafactorConfig, OptimError, StepSize};

/// `torch.optim.Adafactor` (Shazeer and Stern 2018). The second moment `v` of a parameter with two dimensions or more
/// is kept as its means over the last dimension (rows `R`) and over the one before (columns `C`), `v = R C / mean R`;
/// of a vector it is kept whole. They decay with `β₂ = 1 − t^beta2_decay`. Then
/// `u = g / max(√v, eps₁)`, `w ← (1 − lr · decay) w − α u / max(1, rms(u)/d)` with
/// `α = max(eps₂, rms(w)) · min(lr, 1/√t)`.
///
/// It needs means over the parameter before a weight can change, so there is no update in one pass.
#[derive(Debug)]
pub(super) struct Adafactor {
    beta2_decay: f64,
    eps1: Option<f64>,
    eps2: f64,
    d: f64,
}

impl Adafactor {
    pub(super) fn new(config: &AdafactorConfig) -> Result<Self, OptimError> {
        Ok(Self {
            beta2_decay: check("beta2_decay", config.beta2_decay, Range::between(-1e3, 0.0))?,
            eps1: config.eps1.map(|eps| check("eps1", eps, Range::POSITIVE)).transpose()?,
            eps2: check("eps2", config.eps2, Range::POSITIVE)?,
            d: check("d", config.d, Range::at_least(1.0))?,
        })
    }
}

/// A shape as matrices: how many, rows, columns; `None` for a vector.
fn matrices(dims: &[usize]) -> Option<[usize; 3]> {
    match dims {
        [many @ .., rows, columns] => Some([many.iter().product(), *rows, *columns]),
        _ => None,
    }
}

impl Rule for Adafactor {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        match matrices(dims) {
            Some([many, rows, columns]) => vec![
                Slot { name: "row_var", len: many * rows },
                Slot { name: "col_var", len: many * columns },
            ],
            None => Slot::each(&["variance"], dims),
        }
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let eps1 = self.eps1.unwrap_or(match weight.dtype() {
            DType::F64 => f64::EPSILON,
            DType::F16 => 9.765_625e-4,
            DType::BF16 => 7.8125e-3,
            _ => f64::from(f32::EPSILON),
        });
        let gradient = gradient.tensor(&weight);
        let fresh = at.t().powf(self.beta2_decay);
        let (variance, kept) = match matrices(at.dims) {
            Some(shape) => factored(gradient.clone(), kept.tensors, shape, fresh, eps1),
            None => whole(gradient.clone(), kept.tensors, fresh),
        };
        let moved = gradient.div(variance.clamp_min(eps1 * eps1).sqrt());
        let size = rms(weight.clone()).clamp_min(self.eps2).mul_scalar(at.lr.min(1.0 / at.t().sqrt()));
        let rate = size.div(rms(moved.clone()).mul_scalar(1.0 / self.d).clamp_min(1.0));
        let weight = if at.weight_decay == 0.0 { weight } else { weight.mul_scalar(at.keep()) };
        (weight.sub(moved.mul(rate)), kept.into())
    }

    fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
        None
    }
}

fn factored(
    gradient: Tensor<1>,
    kept: Vec<Tensor<1>>,
    [many, rows, columns]: [usize; 3],
    fresh: f64,
    eps1: f64,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    let square = gradient.reshape([many, rows, columns]).square();
    let mut kept = kept.into_iter();
    let mut average = |mean: Tensor<1>| match kept.next() {
        Some(kept) => lerp(kept, mean, fresh),
        None => mean.mul_scalar(fresh),
    };
    let row = average(square.clone().mean_dim(2).reshape([-1]));
    let column = average(square.mean_dim(1).reshape([-1]));
    // Divided before it is multiplied: the product of two large squares would overflow.
    let shares: Tensor<3> = row.clone().reshape([many, rows, 1]);
    let shares = shares.clone().div(shares.mean_dim(1).clamp_min(eps1));
    let variance = shares.mul(column.clone().reshape([many, 1, columns]));
    (variance.reshape([-1]), vec![row, column])
}

fn whole(gradient: Tensor<1>, kept: Vec<Tensor<1>>, fresh: f64) -> (Tensor<1>, Vec<Tensor<1>>) {
    let square = gradient.square();
    let variance = match kept.into_iter().next() {
        Some(kept) => lerp(kept, square, fresh),
        None => square.mul_scalar(fresh),
    };
    (variance.clone(), vec![variance])
}

/// Root mean square, `[1]`, on the device.
fn rms(tensor: Tensor<1>) -> Tensor<1> {
    tensor.square().mean().sqrt()
}
