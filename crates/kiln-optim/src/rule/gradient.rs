//! A gradient on its way into an update.

use burn::tensor::Tensor;

/// The gradient of a parameter, flat and without autodiff, and a factor of clipping that is not multiplied in yet: rules
/// that go over memory once do that on the way.
#[derive(Debug, Clone)]
pub struct Gradient {
    pub(super) values: Tensor<1>,
    pub(super) factor: Option<Tensor<1>>,
}

impl Gradient {
    /// `values` times `factor`, which is one number, `[1]`.
    pub fn new(values: Tensor<1>, factor: Option<Tensor<1>>) -> Self {
        Self { values, factor }
    }

    /// The product.
    pub fn tensor(self) -> Tensor<1> {
        match self.factor {
            Some(factor) => self.values.mul(factor),
            None => self.values,
        }
    }
}

impl From<Tensor<1>> for Gradient {
    fn from(values: Tensor<1>) -> Self {
        Self { values, factor: None }
    }
}
