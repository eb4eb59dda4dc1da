//! Batch norm by the items of all parts of a batch, of which this thread has one.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::Tensor;

use super::node::register;
use crate::Together;
use crate::cpu::NormAct;
use crate::flex::{self, Normalised};

type Tracked = FloatTensor<Autodiff<Flex>>;

#[derive(Debug)]
struct TogetherNode;

/// What is kept of the forward pass.
#[derive(Debug, Clone)]
struct Kept {
    x: FlexTensor,
    gamma: FlexTensor,
    beta: FlexTensor,
    by: Normalised,
    act: NormAct,
    with: Arc<dyn Together>,
}

fn tracked<const D: usize>(tensor: &Tensor<D>) -> Option<Tracked> {
    tensor.clone().try_into_primitive::<Autodiff<Flex>>().ok()
}

/// As [`crate::batch_norm`] over all parts: the result, mean and variance, and how many values each is of.
pub(crate) fn batch_norm_together<const D: usize>(
    [x, gamma, beta]: [Tracked; 3],
    epsilon: f64,
    act: NormAct,
    with: Arc<dyn Together>,
) -> (Tensor<D>, [Tensor<1>; 2], usize) {
    let nodes = [x.node(), gamma.node(), beta.node()];
    let kind = TogetherNode.prepare::<NoCheckpointing>(nodes).compute_bound().stateful();
    let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
    let (y, by) = flex::batch_norm_together(&x, &gamma, &beta, epsilon, act, &*with);
    let constant =
        |tensor: &FlexTensor| Tensor::<1>::from_primitive::<Autodiff<Flex>>(Tracked::new(tensor.clone()));
    let (statistics, values) = ([constant(&by.mean), constant(&by.variance)], by.values as usize);
    let y = match kind {
        OpsKind::Tracked(ops) => ops.finish(Kept { x, gamma, beta, by, act, with }, y),
        OpsKind::UnTracked(ops) => ops.finish(y),
    };
    (Tensor::from_primitive::<Autodiff<Flex>>(y), statistics, values)
}

/// The tensors as the graph has them; `None` where they are not of this graph.
pub(crate) fn of_graph<const D: usize>(
    x: &Tensor<D>,
    gamma: &Tensor<1>,
    beta: &Tensor<1>,
) -> Option<[Tracked; 3]> {
    Some([tracked(x)?, tracked(gamma)?, tracked(beta)?])
}

impl Backward<Flex, 3> for TogetherNode {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let Kept { x, gamma, beta, by, act, with } = ops.state;
        let found = flex::batch_norm_together_backward(&x, &gamma, &beta, &by, act, gradient, &*with);
        register!(grads, ops.parents, found.map(Some));
    }
}
