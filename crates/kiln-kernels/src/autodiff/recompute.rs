//! A part of a network that runs once more in the backward pass.
//!
//! Its inner results have a graph of their own, which lives as long as its backward pass. Burn's graph allows for that: each has its own lock. The parameters are no
//! parents of the node, because a node has as many parents as its type says; their gradients are given to them by their ids.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, DispatchTensor, Flex};
use burn::tensor::Tensor;

use crate::Recomputable;

type Tracked = FloatTensor<Autodiff<Flex>>;

#[derive(Debug)]
struct RecomputeNode;

/// What is kept of the forward pass.
#[derive(Debug, Clone)]
struct Kept {
    x: FlexTensor,
    /// The node of each parameter whose gradient is wanted.
    parameters: Vec<(FlexTensor, Option<NodeId>)>,
    part: Recomputable,
}

fn tracked(tensor: DispatchTensor) -> Option<Tracked> {
    // The rank is not looked at.
    Tensor::<2>::from_dispatch(tensor).try_into_primitive::<Autodiff<Flex>>().ok()
}

fn untracked(tensor: FlexTensor) -> DispatchTensor {
    Tensor::<2>::from_primitive::<Flex>(tensor).into_dispatch()
}

/// `part` of `x`; `None` where it has to run as it is.
pub(crate) fn recomputed(
    x: &Tensor<2>,
    parameters: &[DispatchTensor],
    part: &Recomputable,
) -> Option<Tensor<2>> {
    let x = tracked(x.clone().into_dispatch())?;
    if !x.is_tracked() {
        return None;
    }
    let parameters: Option<Vec<Tracked>> = parameters.iter().map(|tensor| tracked(tensor.clone())).collect();
    let of = |tensor: Tracked| {
        let node = tensor.is_tracked().then(|| tensor.id());
        (tensor.into_primitive(), node)
    };
    let parameters: Vec<(FlexTensor, Option<NodeId>)> = parameters?.into_iter().map(of).collect();
    match RecomputeNode.prepare::<NoCheckpointing>([x.node()]).compute_bound().stateful() {
        OpsKind::Tracked(ops) => {
            let x = x.into_primitive();
            let plain = parameters.iter().map(|(tensor, _)| untracked(tensor.clone())).collect();
            let y = part.run(Tensor::from_primitive::<Flex>(x.clone()), plain);
            let y = y.try_into_primitive::<Flex>().ok()?;
            let y = ops.finish(Kept { x, parameters, part: part.clone() }, y);
            Some(Tensor::from_primitive::<Autodiff<Flex>>(y))
        }
        OpsKind::UnTracked(_) => None,
    }
}

impl Backward<Flex, 1> for RecomputeNode {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let Kept { x, parameters, part } = ops.state;
        let leaf = |tensor: FlexTensor, wanted: bool| {
            let leaf = Tracked::new(tensor);
            if wanted { leaf.require_grad() } else { leaf }
        };
        let up = |leaf: &Tracked| Tensor::<2>::from_primitive::<Autodiff<Flex>>(leaf.clone());
        let x = leaf(x, true);
        let leaves: Vec<(Tracked, Option<NodeId>)> =
            parameters.into_iter().map(|(tensor, node)| (leaf(tensor, node.is_some()), node)).collect();
        let y = part.run(up(&x), leaves.iter().map(|(leaf, _)| up(leaf).into_dispatch()).collect());
        // The gradient of the sum of products is the other factor, to the bit.
        let loss = y.mul(up(&leaf(gradient, false))).sum();
        let Ok(loss) = loss.try_into_primitive::<Autodiff<Flex>>() else { return };
        let mut found = loss.backward();
        if let ([Some(parent)], Some(gradient)) = (ops.parents, x.grad_remove(&mut found)) {
            super::meet::give!(grads, parent, gradient);
        }
        for (leaf, node) in leaves {
            if let Some((node, gradient)) = node.zip(leaf.grad_remove(&mut found)) {
                grads.register::<Flex>(node, gradient);
            }
        }
    }
}
