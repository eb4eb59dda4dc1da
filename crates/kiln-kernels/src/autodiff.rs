//! The operations as nodes of Burn's autodiff graph.
//!
//! Only flex has kernels, so that only flex is a backend of this extension: the callers in `op` see to it that no other
//! tensor gets here.

use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, DispatchTensor, Flex, backend_extension};
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;

use crate::cpu::{Mask, Order};
use crate::op::BatchStatistics;
use crate::{Act, flex};

// The macro makes an implementation for a public type of the trait, which must be public for that.
#[allow(unreachable_pub)]
#[backend_extension(Autodiff, Flex)]
pub trait Fused: Backend {
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self>;

    fn fused_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
        act: Act,
    ) -> FloatTensor<Self>;

    fn fused_conv2d_relu_pool(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self>;

    fn fused_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: Act,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn fused_max_pool2d(x: FloatTensor<Self>, size: usize) -> FloatTensor<Self>;

    fn fused_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self>;
}

pub(crate) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, act: Act) -> DispatchTensor {
    Dispatch::fused_linear(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), act)
}

pub(crate) fn conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
    act: Act,
) -> DispatchTensor {
    Dispatch::fused_conv2d(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), options, act)
}

pub(crate) fn conv2d_relu_pool(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
) -> DispatchTensor {
    Dispatch::fused_conv2d_relu_pool(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), options)
}

pub(crate) fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: Act,
) -> BatchStatistics<D> {
    let (x, gamma, beta) = (x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch());
    let (output, mean, variance) = Dispatch::fused_batch_norm(x, gamma, beta, epsilon, act);
    BatchStatistics {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean),
        variance: Tensor::from_dispatch(variance),
    }
}

pub(crate) fn max_pool2d(x: Tensor<4>, size: usize) -> DispatchTensor {
    Dispatch::fused_max_pool2d(x.into_dispatch(), size)
}

pub(crate) fn dropout<const D: usize>(x: Tensor<D>, mask: Mask) -> DispatchTensor {
    Dispatch::fused_dropout(x.into_dispatch(), mask)
}

impl Fused for Flex {
    fn fused_linear(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, act: Act) -> FlexTensor {
        flex::linear(&x, &weight, &bias, act)
    }

    fn fused_conv2d(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: ConvOptions<2>,
        act: Act,
    ) -> FlexTensor {
        flex::conv2d(&x, &weight, &bias, &options, act)
    }

    fn fused_conv2d_relu_pool(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: ConvOptions<2>,
    ) -> FlexTensor {
        flex::conv2d_relu_pool(&x, &weight, &bias, &options).0
    }

    fn fused_batch_norm(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
        act: Act,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        flex::batch_norm(&x, &gamma, &beta, epsilon, act)
    }

    fn fused_max_pool2d(x: FlexTensor, size: usize) -> FlexTensor {
        flex::max_pool2d(&x, size).0
    }

    fn fused_dropout(x: FlexTensor, mask: Mask) -> FlexTensor {
        flex::dropout(&x, mask)
    }
}

/// Hands the gradients that are there to the parents that want them.
macro_rules! register {
    ($grads:expr, $parents:expr, $found:expr) => {
        for (parent, gradient) in $parents.into_iter().zip($found) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                $grads.register::<Flex>(parent.id, gradient);
            }
        }
    };
}

#[derive(Debug)]
struct LinearNode;

impl Backward<Flex, 3> for LinearNode {
    /// Input, weight, and the output where an activation needs it.
    type State = (NodeId, NodeId, Option<FlexTensor>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, weight, output) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let weight = checkpoints.retrieve_node_output::<FlexTensor>(weight);
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = flex::linear_backward(&x, &weight, output.as_ref(), &gradient, wanted);
        register!(grads, ops.parents, found);
    }
}

#[derive(Debug)]
struct ConvNode;

impl Backward<Flex, 3> for ConvNode {
    type State = (NodeId, NodeId, Option<FlexTensor>, ConvOptions<2>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, weight, output, options) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let weight = checkpoints.retrieve_node_output::<FlexTensor>(weight);
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = flex::conv2d_backward(&x, &weight, output.as_ref(), &gradient, &options, wanted);
        register!(grads, ops.parents, found);
    }
}

#[derive(Debug)]
struct ConvPoolNode;

impl Backward<Flex, 3> for ConvPoolNode {
    /// Input, weight, and which pixel of each square went on.
    type State = (NodeId, NodeId, Arc<[u8]>, ConvOptions<2>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, weight, index, options) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let weight = checkpoints.retrieve_node_output::<FlexTensor>(weight);
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = flex::conv2d_relu_pool_backward(&x, &weight, &index, &gradient, &options, wanted);
        register!(grads, ops.parents, found);
    }
}

#[derive(Debug)]
struct BatchNormNode;

impl Backward<Flex, 3> for BatchNormNode {
    type State = (NodeId, NodeId, NodeId, FlexTensor, FlexTensor, f64, Act);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, gamma, beta, mean, variance, epsilon, act) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let gamma = checkpoints.retrieve_node_output::<FlexTensor>(gamma);
        let beta = checkpoints.retrieve_node_output::<FlexTensor>(beta);
        let found = flex::batch_norm_backward(&x, &gamma, &beta, [&mean, &variance], epsilon, act, &gradient);
        register!(grads, ops.parents, found.map(Some));
    }
}

#[derive(Debug)]
struct PoolNode;

impl Backward<Flex, 1> for PoolNode {
    /// Shape of the input, size of the squares, order in memory, and which pixel of each square went on.
    type State = ([usize; 4], usize, Order, Arc<[u32]>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (dims, size, order, index) = ops.state;
        register!(
            grads,
            ops.parents,
            [Some(flex::max_pool2d_backward(dims, size, order, &index, &gradient))]
        );
    }
}

#[derive(Debug)]
struct DropoutNode;

impl Backward<Flex, 1> for DropoutNode {
    /// Nothing is kept: the mask is made anew.
    type State = Mask;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        register!(grads, ops.parents, [Some(flex::dropout(&gradient, ops.state))]);
    }
}

impl<C: CheckpointStrategy> Fused for Autodiff<Flex, C> {
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self> {
        match LinearNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let y =
                    flex::linear(&x.into_primitive(), &weight.into_primitive(), &bias.into_primitive(), act);
                tracked.finish((x_id, weight_id, (act != Act::None).then(|| y.clone())), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::linear(
                &x.into_primitive(),
                &weight.into_primitive(),
                &bias.into_primitive(),
                act,
            )),
        }
    }

    fn fused_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
        act: Act,
    ) -> FloatTensor<Self> {
        match ConvNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let y = flex::conv2d(&x, &weight, &bias, &options, act);
                tracked.finish((x_id, weight_id, (act != Act::None).then(|| y.clone()), options), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::conv2d(
                &x.into_primitive(),
                &weight.into_primitive(),
                &bias.into_primitive(),
                &options,
                act,
            )),
        }
    }

    fn fused_conv2d_relu_pool(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self> {
        match ConvPoolNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let (y, index) = flex::conv2d_relu_pool(&x, &weight, &bias, &options);
                tracked.finish((x_id, weight_id, index, options), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(flex::conv2d_relu_pool(&x, &weight, &bias, &options).0)
            }
        }
    }

    fn fused_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: Act,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let constant = |tensor: FlexTensor| FloatTensor::<Self>::new(tensor);
        match BatchNormNode.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let ids = (tracked.checkpoint(&x), tracked.checkpoint(&gamma), tracked.checkpoint(&beta));
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                let (y, mean, variance) = flex::batch_norm(&x, &gamma, &beta, epsilon, act);
                let state = (ids.0, ids.1, ids.2, mean.clone(), variance.clone(), epsilon, act);
                (tracked.finish(state, y), constant(mean), constant(variance))
            }
            OpsKind::UnTracked(untracked) => {
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                let (y, mean, variance) = flex::batch_norm(&x, &gamma, &beta, epsilon, act);
                (untracked.finish(y), constant(mean), constant(variance))
            }
        }
    }

    fn fused_max_pool2d(x: FloatTensor<Self>, size: usize) -> FloatTensor<Self> {
        match PoolNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                let (y, order, index) = flex::max_pool2d(&x, size);
                tracked.finish((flex::dims4(&x), size, order, index), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::max_pool2d(&x.into_primitive(), size).0),
        }
    }

    fn fused_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        match DropoutNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => tracked.finish(mask, flex::dropout(&x.into_primitive(), mask)),
            OpsKind::UnTracked(untracked) => untracked.finish(flex::dropout(&x.into_primitive(), mask)),
        }
    }
}
