//! A gradient on its way into an update.

use burn::tensor::Tensor;

use super::{Elastic, Queue};

/// The gradient of a parameter, flat and without autodiff, and what is done to it first: a penalty's gradient is added,
/// and the sum multiplied by a factor of clipping. Rules that go over memory once do both on the way.
#[derive(Debug, Clone)]
pub struct Gradient {
    pub(crate) values: Tensor<1>,
    pub(crate) penalty: Elastic,
    pub(crate) factor: Option<Tensor<1>>,
    /// Where updates wait to be made together, on GPUs.
    pub(crate) queue: Option<Queue>,
}

impl Gradient {
    /// `values` times `factor`, which is one number, `[1]`.
    pub fn new(values: Tensor<1>, factor: Option<Tensor<1>>) -> Self {
        Self { values, penalty: Elastic::default(), factor, queue: None }
    }

    /// With a penalty.
    #[must_use]
    pub fn penalized(self, penalty: Elastic) -> Self {
        Self { penalty, ..self }
    }

    /// All of it at `weight`.
    pub fn tensor(self, weight: &Tensor<1>) -> Tensor<1> {
        self.at(weight).scaled()
    }

    /// With the penalty's gradient at `weight` added, for rules whose update starts from another point.
    pub(crate) fn at(mut self, weight: &Tensor<1>) -> Self {
        if !self.penalty.is_none() {
            self.values = self.penalty.add_gradient(weight, self.values);
            self.penalty = Elastic::default();
        }
        self
    }

    /// Without the penalty.
    pub(crate) fn scaled(self) -> Tensor<1> {
        match self.factor {
            Some(factor) => self.values.mul(factor),
            None => self.values,
        }
    }
}

impl From<Tensor<1>> for Gradient {
    fn from(values: Tensor<1>) -> Self {
        Self::new(values, None)
    }
}
