//! A block whose inner results are made anew in the backward pass.

use burn::backend::DispatchTensor;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Recomputable, Rotary, recomputed};

use super::block::TokenBlock;
use super::rows::TokenRows;

/// Parameters in their order.
struct Taken(Vec<DispatchTensor>);

impl ModuleVisitor for Taken {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().into_dispatch());
    }
}

/// Puts parameters in their places.
struct Put(std::vec::IntoIter<DispatchTensor>);

impl ModuleMapper for Put {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.0.next() {
            Some(tensor) => Param::initialized(param.id, Tensor::from_dispatch(tensor)),
            None => param,
        }
    }
}

/// As [`TokenBlock::forward`], to the bit, with nothing kept for the backward pass but `x`.
pub(super) fn forward(
    block: &TokenBlock,
    x: Tensor<2>,
    rows: &TokenRows,
    rotary: Option<&Rotary>,
    seed: Option<Seed>,
) -> Tensor<2> {
    let mut taken = Taken(Vec::new());
    block.visit(&mut taken);
    // What is kept must not keep the graph.
    let (block, rows, rotary) = (block.valid(), rows.clone(), rotary.cloned());
    let part = Recomputable::new(move |x, parameters| {
        let block = block.clone().map(&mut Put(parameters.into_iter()));
        block.forward(x, &rows, rotary.as_ref(), seed)
    });
    recomputed(x, taken.0, &part)
}
