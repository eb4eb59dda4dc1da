//! A small linear layer for every number.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::init::Init;

/// `y = x W + b` with other weights for every number: rtdl-num-embeddings' `_NLinear`.
#[derive(Module, Debug)]
pub(crate) struct PerNumber {
    /// `[numbers, inputs, outputs]`.
    weight: Param<Tensor<3>>,
    /// `[numbers, outputs]`.
    bias: Param<Tensor<2>>,
}

impl PerNumber {
    /// Uniform in `[-1/√inputs, 1/√inputs]`.
    pub(crate) fn new(init: &mut Init<'_>, numbers: usize, inputs: usize, outputs: usize) -> Self {
        let seed = init.next_layer();
        Self {
            weight: init.uniform([numbers, inputs, outputs], inputs, seed.at(0)),
            bias: init.uniform([numbers, outputs], inputs, seed.at(1)),
        }
    }

    /// How many parameters one number has.
    pub(crate) fn parameters(inputs: usize, outputs: usize) -> Option<usize> {
        inputs.checked_add(1)?.checked_mul(outputs)
    }

    /// `[numbers, N, inputs]` to `[numbers, N, outputs]`.
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        x.matmul(self.weight.val()).add(self.bias.val().unsqueeze_dim(1))
    }
}

/// `[N, numbers]` to `[numbers, N, 1]`.
pub(crate) fn by_number(x: Tensor<2>) -> Tensor<3> {
    x.transpose().unsqueeze_dim(2)
}

/// `[numbers, N, width]` to `[N, numbers · width]`.
pub(crate) fn by_item(x: Tensor<3>) -> Tensor<2> {
    x.swap_dims(0, 1).flatten(1, 2)
}
