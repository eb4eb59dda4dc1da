//! What update rules are made of: the trait, a formula with two executions, and what an update takes along. Rules work on
//! flat tensors. Formulas and the order of operations are PyTorch's where PyTorch has the optimiser.

mod checks;
pub(crate) mod elastic;
pub(crate) mod formula;
mod gradient;
mod host;
mod launched;
pub(crate) mod newton_schulz;
pub(crate) mod notation;
mod own;
mod queue;
mod run;
pub(crate) mod schedule_free;
mod symbol;

use std::fmt::Debug;

use burn::tensor::Tensor;

use crate::StepSize;
pub(crate) use checks::{betas, check};
pub use elastic::Elastic;
pub use gradient::Gradient;
pub use own::OwnRule;
pub(crate) use queue::Queue;
pub(crate) use run::{run, run_proximal};

/// How one parameter is updated.
///
/// Tensors are flat, without autodiff, and moved in, so that a backend can reuse their memory. An update is
/// [`Rule::update`], then whatever the training does to the new point (a proximal step), then [`Rule::finish`].
pub trait Rule: Debug + Send + Sync {
    /// The tensors that are kept between updates of a parameter of shape `dims`, named as PyTorch's `state_dict` has
    /// them.
    fn slots(&self, dims: &[usize]) -> Vec<Slot>;

    /// Names of the numbers that are kept besides. Default: none.
    fn numbers(&self) -> &'static [&'static str] {
        &[]
    }

    /// The new point and what is kept. `kept` is empty at the first update.
    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept);

    /// The new weight and what is kept, in the order of [`Rule::slots`] and [`Rule::numbers`], from what
    /// [`Rule::update`] gave. Default: the point is the weight.
    fn finish(&self, point: Tensor<1>, kept: Kept, _: At<'_>) -> (Tensor<1>, Kept) {
        (point, kept)
    }

    /// How long the step is that [`Rule::update`] just made, from what it gave; `None` if it is not a multiple of the
    /// gradient.
    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize>;

    /// Whether [`Rule::update`] makes the proximal step of [`At::prox`]. Default: no.
    fn is_proximal(&self) -> bool {
        false
    }

    /// The slot that is the average of the weights, for rules that make one: what evaluation uses. Default: none.
    fn averaged(&self) -> Option<&'static str> {
        None
    }
}

/// A tensor that a rule keeps for each parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: &'static str,
    /// Number of its elements.
    pub len: usize,
}

impl Slot {
    /// Slots as long as a parameter of shape `dims`.
    pub fn each(names: &[&'static str], dims: &[usize]) -> Vec<Self> {
        let len = dims.iter().product();
        names.iter().map(|name| Self { name, len }).collect()
    }
}

/// What a rule keeps of a parameter between updates.
#[derive(Debug, Default)]
pub struct Kept {
    /// In the order of [`Rule::slots`].
    pub tensors: Vec<Tensor<1>>,
    /// In the order of [`Rule::numbers`].
    pub numbers: Vec<f64>,
}

impl From<Vec<Tensor<1>>> for Kept {
    fn from(tensors: Vec<Tensor<1>>) -> Self {
        Self { tensors, numbers: Vec::new() }
    }
}

/// Where in the training an update happens, and to what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At<'a> {
    /// The learning rate of this parameter.
    pub lr: f64,
    /// Which update of this parameter it is, from 1.
    pub step: u64,
    /// The weight decay of this parameter.
    pub weight_decay: f64,
    /// The penalty whose proximal step follows, for rules that make it ([`Rule::is_proximal`]); none for others.
    pub prox: Elastic,
    /// The shape of this parameter.
    pub dims: &'a [usize],
}

impl At<'_> {
    /// The step as a number.
    pub(crate) fn t(&self) -> f64 {
        self.step as f64
    }

    /// What decoupled decay leaves of a weight.
    pub(crate) fn keep(&self) -> f64 {
        1.0 - self.lr * self.weight_decay
    }
}

/// `average + (value − average) · share`, PyTorch's `lerp`.
pub(crate) fn lerp(average: Tensor<1>, value: Tensor<1>, share: f64) -> Tensor<1> {
    average.mul_scalar(1.0 - share).add(value.mul_scalar(share))
}
