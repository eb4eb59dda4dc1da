//! A vector for each token.

use burn::module::{Module, Param};
use burn::tensor::{Int, Tensor, module};

use crate::init::Init;

/// A vector for each id: `weight` is `[ids, width]`.
#[derive(Module, Debug)]
pub(crate) struct TokenEmbedding {
    weight: Param<Tensor<2>>,
}

impl TokenEmbedding {
    /// Uniform between `-bound` and `bound`.
    pub(crate) fn new(init: &mut Init<'_>, ids: usize, width: usize, bound: f64) -> Self {
        let seed = init.next_layer();
        Self { weight: init.between([ids, width], bound, seed.at(0)) }
    }

    /// The whole table.
    pub(crate) fn table(&self) -> Tensor<2> {
        self.weight.val()
    }

    /// `[N, T]` to `[N, T, width]`.
    pub(crate) fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        module::embedding(self.weight.val(), ids)
    }
}
