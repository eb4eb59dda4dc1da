//! A part of a network that can run once more.

use std::fmt;
use std::sync::Arc;

use burn::backend::DispatchTensor;
use burn::tensor::Tensor;

/// A part of a network, from its input and its parameters to its output. It must give the same each time.
#[derive(Clone)]
pub struct Recomputable(Arc<dyn Fn(Tensor<2>, Vec<DispatchTensor>) -> Tensor<2> + Send + Sync>);

impl Recomputable {
    /// A part that is this function. The parameters come in the order in which [`recomputed`](crate::recomputed) is given them; `Tensor::from_dispatch` makes tensors of them.
    pub fn new(part: impl Fn(Tensor<2>, Vec<DispatchTensor>) -> Tensor<2> + Send + Sync + 'static) -> Self {
        Self(Arc::new(part))
    }

    /// Its output.
    pub(crate) fn run(&self, x: Tensor<2>, parameters: Vec<DispatchTensor>) -> Tensor<2> {
        (self.0)(x, parameters)
    }
}

impl fmt::Debug for Recomputable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recomputable").finish_non_exhaustive()
    }
}
