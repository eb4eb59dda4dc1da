//! The backward passes of pooling.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};

use super::node::register;
use crate::cpu::Order;
use crate::flex::{self, Windows};

#[derive(Debug)]
pub(super) struct MaxPoolNode;

impl Backward<Flex, 1> for MaxPoolNode {
    /// Shape of the input, the windows, order in memory, and which pixel of each window went on.
    type State = ([usize; 4], Windows, Order, Arc<Vec<u32>>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (dims, windows, order, index) = ops.state;
        let found = flex::max_pool2d_backward(dims, windows, order, &index, &gradient);
        register!(grads, ops.parents, [Some(found)]);
    }
}

#[derive(Debug)]
pub(super) struct AvgPoolNode;

impl Backward<Flex, 1> for AvgPoolNode {
    /// Shape of the input, size of the squares, order in memory.
    type State = ([usize; 4], usize, Order);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (dims, size, order) = ops.state;
        register!(grads, ops.parents, [Some(flex::avg_pool2d_backward(dims, size, order, &gradient))]);
    }
}

#[derive(Debug)]
pub(super) struct GlobalAvgPoolNode;

impl Backward<Flex, 1> for GlobalAvgPoolNode {
    /// Shape of the input and its order in memory.
    type State = ([usize; 4], Order);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (dims, order) = ops.state;
        register!(grads, ops.parents, [Some(flex::global_avg_pool2d_backward(dims, order, &gradient))]);
    }
}

#[derive(Debug)]
pub(super) struct GlobalMaxPoolNode;

impl Backward<Flex, 1> for GlobalMaxPoolNode {
    /// Shape of the input, its order in memory, and which pixel of each channel went on.
    type State = ([usize; 4], Order, Arc<Vec<u32>>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (dims, order, index) = ops.state;
        register!(
            grads,
            ops.parents,
            [Some(flex::global_max_pool2d_backward(dims, order, &index, &gradient))]
        );
    }
}
