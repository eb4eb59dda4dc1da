//! The backward passes.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::flex::FlexTensor;

use crate::autodiff::node::register;
use crate::cpu::Mask;
use crate::flex::{self, Heads, Rotation};

#[derive(Debug)]
pub(super) struct AttentionNode;

impl Backward<Flex, 1> for AttentionNode {
    /// Query, key and value; the result and the sums of exponentials.
    type State = (NodeId, [FlexTensor; 2], Heads);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (qkv, made, heads) = ops.state;
        let qkv = checkpoints.retrieve_node_output::<FlexTensor>(qkv);
        let found = flex::attention_backward(&qkv, made.each_ref(), &heads, &gradient);
        register!(grads, ops.parents, [Some(found)]);
    }
}

#[derive(Debug)]
pub(super) struct EmbeddingNode;

impl Backward<Flex, 1> for EmbeddingNode {
    /// Shape of the table, and the rows that were taken.
    type State = ([usize; 2], Arc<[u32]>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (dims, ids) = ops.state;
        register!(grads, ops.parents, [Some(flex::embedding_backward(dims, &ids, &gradient))]);
    }
}

#[derive(Debug)]
pub(super) struct LinearCrossEntropyNode;

impl Backward<Flex, 2> for LinearCrossEntropyNode {
    /// The gradients of rows and weight, which were made with the loss.
    type State = [FlexTensor; 2];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let found = flex::linear_cross_entropy_backward(ops.state, &gradient);
        register!(grads, ops.parents, found.map(Some));
    }
}

#[derive(Debug)]
pub(super) struct RmsNormNode;

impl Backward<Flex, 2> for RmsNormNode {
    type State = (NodeId, NodeId, FlexTensor);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, gamma, inverse) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let gamma = checkpoints.retrieve_node_output::<FlexTensor>(gamma);
        register!(grads, ops.parents, flex::rms_norm_backward(&x, &gamma, &inverse, &gradient).map(Some));
    }
}

#[derive(Debug)]
pub(super) struct SwigluNode;

impl Backward<Flex, 1> for SwigluNode {
    type State = NodeId;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let x = checkpoints.retrieve_node_output::<FlexTensor>(ops.state);
        register!(grads, ops.parents, [Some(flex::swiglu_backward(&x, &gradient))]);
    }
}

#[derive(Debug)]
pub(super) struct ResidualNode;

impl Backward<Flex, 2> for ResidualNode {
    /// Nothing is kept: the mask is made anew.
    type State = Option<Mask>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let of_branch = match ops.state {
            Some(mask) => flex::dropout(&gradient, mask),
            None => gradient.clone(),
        };
        register!(grads, ops.parents, [Some(gradient), Some(of_branch)]);
    }
}

#[derive(Debug)]
pub(super) struct RotaryNode;

impl Backward<Flex, 1> for RotaryNode {
    type State = Rotation;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        register!(grads, ops.parents, [Some(flex::rotary(&gradient, &ops.state, true))]);
    }
}
