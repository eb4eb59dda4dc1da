//! Penalties on parameters: `J(θ) + λ · R(θ)`, one weight tensor at a time.

use std::fmt::{self, Debug, Display};

use burn::tensor::Tensor;
use kiln_core::ParamInfo;
use kiln_optim::{Elastic, StepSize};

/// One parameter, as a penalty sees it.
#[derive(Debug, Clone)]
pub struct WeightView<'a> {
    /// Path in the model.
    pub path: &'a str,
    /// The shape.
    pub dims: &'a [usize],
    /// The elements in row-major order, one dimension.
    pub flat: Tensor<1>,
    /// The elements that the training started from, for a penalty that [needs](Penalty::needs_start) them; `None` for others, and for
    /// parameters that did not start from weights.
    pub start: Option<Tensor<1>>,
}

/// A term `λ · R(w)` of the objective. `Display` is its formula, λ included.
pub trait Penalty: Debug + Display + Send + Sync {
    /// `λ · R(w)`, `[1]`.
    fn value(&self, weight: WeightView<'_>) -> Tensor<1>;

    /// The gradient of the value, flat; `None` to have it found by automatic differentiation.
    fn gradient(&self, _weight: WeightView<'_>) -> Option<Tensor<1>> {
        None
    }

    /// `argmin_u Σ (uᵢ − wᵢ)²/(2 sizeᵢ) + λ · R(u)`, flat; `None` without a closed form.
    fn prox(&self, _weight: WeightView<'_>, _size: &StepSize) -> Option<Tensor<1>> {
        None
    }

    /// The same penalty as numbers, where it is of that form: an optimiser's update then takes its gradient or proximal step
    /// along instead of a pass over memory for it.
    fn elastic(&self) -> Option<Elastic> {
        None
    }

    /// Names of the tensors, as long as the weight, that its proximal steps keep from one to the next. Default: none.
    fn slots(&self) -> &'static [&'static str] {
        &[]
    }

    /// [`Penalty::prox`] for steps that depend on those before: `memory` is empty at first and then what the step before left, in
    /// the order of [`Penalty::slots`].
    fn prox_after(
        &self,
        weight: WeightView<'_>,
        size: &StepSize,
        _memory: &mut Vec<Tensor<1>>,
    ) -> Option<Tensor<1>> {
        self.prox(weight, size)
    }

    /// Whether [`Penalty::prox`] gives something.
    fn is_proximal(&self) -> bool {
        false
    }

    /// Whether it goes by the weights that the training started from. Default: no.
    fn needs_start(&self) -> bool {
        false
    }

    /// Whether it has a meaning for a parameter; others that are selected are passed over.
    fn is_for(&self, _info: &ParamInfo) -> bool {
        true
    }
}

pub(super) fn formula(f: &mut fmt::Formatter<'_>, strength: f64, rest: &str) -> fmt::Result {
    write!(f, "{strength} · {rest}")
}
