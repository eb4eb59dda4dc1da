//! Adafactor.

use burn::tensor::{DType, Tensor};
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::{At, Gradient, Kept, Rule, Slot, check, lerp, notation};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Adafactor (Shazeer and Stern 2018), as `torch.optim.Adafactor`: the second moment of a matrix as one row and one column.
///
/// The second moment `v` of a parameter with two dimensions or more is kept as its means over the last dimension (rows `R`) and
/// over the one before (columns `C`), `v = R C / mean R`; of a vector it is kept whole. They decay with
/// `β₂ = 1 − t^beta2_decay`. Then `u = g / max(√v, eps₁)`, `w ← (1 − lr · decay) w − α u / max(1, rms(u)/d)` with
/// `α = max(eps₂, rms(w)) · min(lr, 1/√t)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 0.05, ..Self::default() })]
pub struct AdafactorConfig {
    /// Largest relative step, at least 0: it is `min(lr, 1/√t)` times the size of the parameter. Default 0.01.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// The second moment decays with `1 − t^beta2_decay`, at most 0. Default −0.8.
    #[schemars(transform = Range::between(-1e3, 0.0).bounds())]
    pub beta2_decay: f64,
    /// Smallest root of the second moment, positive. Default: the machine epsilon of the parameter's data type
    /// (PyTorch: `eps[0] = None`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps1: Option<f64>,
    /// Smallest size that a parameter counts as, positive. Default 0.001 (PyTorch: `eps[1]`).
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps2: f64,
    /// Largest root mean square of an update, at least 1. Default 1.
    #[schemars(transform = Range::at_least(1.0).bounds())]
    pub d: f64,
    /// Decoupled weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdafactorConfig {
    fn default() -> Self {
        Self {
            lr: 1e-2,
            beta2_decay: -0.8,
            eps1: None,
            eps2: 1e-3,
            d: 1.0,
            weight_decay: 0.0,
            decay_all: true,
        }
    }
}

impl OptimKind for AdafactorConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Decoupled
    }

    fn has_step_size(&self) -> bool {
        false
    }

    fn formula(&self) -> Vec<String> {
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!(
            "β = 1 − t^{:?};  R, C ← mean g² of rows and of columns with β;  v = R·C/mean(R);  u = g/√v",
            self.beta2_decay
        ));
        lines.push(format!(
            "θ ← θ − max({:?}, rms(θ))·min(lr, 1/√t)·u/max(1, rms(u)/{:?})",
            self.eps2, self.d
        ));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Adafactor {
            beta2_decay: check("beta2_decay", self.beta2_decay, Range::between(-1e3, 0.0))?,
            eps1: self.eps1.map(|eps| check("eps1", eps, Range::POSITIVE)).transpose()?,
            eps2: check("eps2", self.eps2, Range::POSITIVE)?,
            d: check("d", self.d, Range::at_least(1.0))?,
        }))
    }
}

/// The rule of [`AdafactorConfig`].
///
/// It needs means over the parameter before a weight can change, so there is no update in one pass.
#[derive(Debug)]
struct Adafactor {
    beta2_decay: f64,
    eps1: Option<f64>,
    eps2: f64,
    d: f64,
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
