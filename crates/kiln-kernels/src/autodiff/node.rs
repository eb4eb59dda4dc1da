//! The backward passes.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::flex::FlexTensor;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

use crate::cpu::{Mask, NormAct};
use crate::flex;

/// Hands the gradients that are there to the parents that want them.
macro_rules! register {
    ($grads:expr, $parents:expr, $found:expr) => {
        for (parent, gradient) in $parents.into_iter().zip($found) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                $crate::autodiff::meet::give!($grads, parent, gradient);
            }
        }
    };
}
pub(super) use register;

#[derive(Debug)]
pub(super) struct LinearNode;

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
pub(super) struct ConvNode;

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
pub(super) struct ConvTransposeNode;

impl Backward<Flex, 3> for ConvTransposeNode {
    type State = (NodeId, NodeId, Option<FlexTensor>, ConvTransposeOptions<2>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, weight, output, options) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let weight = checkpoints.retrieve_node_output::<FlexTensor>(weight);
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found =
            flex::conv_transpose2d_backward(&x, &weight, output.as_ref(), &gradient, &options, wanted);
        register!(grads, ops.parents, found);
    }
}

#[derive(Debug)]
pub(super) struct ConvPoolNode;

impl Backward<Flex, 3> for ConvPoolNode {
    /// Input, weight, and which pixel of each square went on.
    type State = (NodeId, NodeId, Arc<Vec<u8>>, ConvOptions<2>);

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
pub(super) struct BatchNormNode;

impl Backward<Flex, 3> for BatchNormNode {
    type State = (NodeId, NodeId, NodeId, FlexTensor, FlexTensor, f64, NormAct);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, gamma, beta, mean, variance, epsilon, act) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let gamma = checkpoints.retrieve_node_output::<FlexTensor>(gamma);
        let beta = checkpoints.retrieve_node_output::<FlexTensor>(beta);
        let found = flex::batch_norm_backward(&x, &gamma, &beta, [&mean, &variance], epsilon, act, gradient);
        register!(grads, ops.parents, found.map(Some));
    }
}

#[derive(Debug)]
pub(super) struct LayerNormNode;

impl Backward<Flex, 3> for LayerNormNode {
    /// Input, scale, and what each row was normalised by.
    type State = (NodeId, NodeId, [FlexTensor; 2]);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, gamma, statistics) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let gamma = checkpoints.retrieve_node_output::<FlexTensor>(gamma);
        let found = flex::layer_norm_backward(&x, &gamma, statistics.each_ref(), &gradient);
        register!(grads, ops.parents, found.map(Some));
    }
}

#[derive(Debug)]
pub(super) struct CrossEntropyNode;

impl Backward<Flex, 1> for CrossEntropyNode {
    /// The gradient of each row's loss.
    type State = FlexTensor;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        register!(grads, ops.parents, [Some(flex::cross_entropy_backward(&ops.state, &gradient))]);
    }
}

#[derive(Debug)]
pub(super) struct DropoutNode;

impl Backward<Flex, 1> for DropoutNode {
    /// Nothing is kept: the mask is made anew.
    type State = Mask;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        register!(grads, ops.parents, [Some(flex::dropout(&gradient, ops.state))]);
    }
}

#[derive(Debug)]
pub(super) struct FlattenNode;

impl Backward<Flex, 1> for FlattenNode {
    /// Shape of the input.
    type State = [usize; 4];

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        register!(grads, ops.parents, [Some(flex::flatten_backward(ops.state, &gradient))]);
    }
}
