//! The backward passes.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::ops::{FloatTensorOps, ModuleOps};
use burn::backend::wgpu::CubeTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::Shape;
use burn::tensor::ops::ConvOptions;

use super::super::{cross_entropy, dense, dropout, pool};
use crate::cpu::Mask;

#[derive(Debug)]
pub(super) struct LinearNode;

impl Backward<Cube, 3> for LinearNode {
    /// Input, weight, and the output where an activation needs it.
    type State = (NodeId, NodeId, Option<CubeTensor>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (x, weight, output) = ops.state;
        let x = checkpoints.retrieve_node_output::<CubeTensor>(x);
        let weight = checkpoints.retrieve_node_output::<CubeTensor>(weight);
        let (gradient, sums) = dense::unbiased(gradient, output);
        let [of_x, of_weight, of_bias] = ops.parents;
        if let Some(parent) = of_bias {
            grads.register::<Cube>(parent.id, sums);
        }
        if let Some(parent) = of_weight {
            let product = Cube::float_matmul(Cube::float_transpose(x), gradient.clone());
            grads.register::<Cube>(parent.id, product);
        }
        if let Some(parent) = of_x {
            let product = Cube::float_matmul(gradient, Cube::float_transpose(weight));
            grads.register::<Cube>(parent.id, product);
        }
    }
}

#[derive(Debug)]
pub(super) struct ConvPoolNode;

impl Backward<Cube, 3> for ConvPoolNode {
    /// Input, weight, and which pixel of each square went on.
    type State = (NodeId, NodeId, CubeTensor, ConvOptions<2>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (x, weight, winners, options) = ops.state;
        let x = checkpoints.retrieve_node_output::<CubeTensor>(x);
        let weight = checkpoints.retrieve_node_output::<CubeTensor>(weight);
        let [n, _, h, w] = x.shape().dims();
        let [channels, _, r, s] = weight.shape().dims();
        let side = |axis: usize, len: usize, kernel: usize| {
            let reach = options.dilation[axis] * (kernel - 1) + 1;
            (len + 2 * options.padding_begin()[axis] - reach) / options.stride[axis] + 1
        };
        let dims = [n, channels, side(0, h, r), side(1, w, s)];
        let gradient = pool::relu_pool_backward(gradient, winners, dims);
        let [of_x, of_weight, of_bias] = ops.parents;
        if let Some(parent) = of_bias {
            // Channels-last in memory: no copy.
            let [_, _, height, width] = dims;
            let rows = Cube::float_permute(gradient.clone(), &[0, 2, 3, 1]);
            let rows = Cube::float_reshape(rows, Shape::from([n * height * width, channels]));
            let sums = Cube::float_reshape(Cube::float_sum_dim(rows, 0), Shape::from([channels]));
            grads.register::<Cube>(parent.id, sums);
        }
        if let Some(parent) = of_weight {
            let found =
                Cube::conv2d_weight_backward(x.clone(), weight.clone(), gradient.clone(), options.clone());
            grads.register::<Cube>(parent.id, found);
        }
        if let Some(parent) = of_x {
            grads.register::<Cube>(parent.id, Cube::conv2d_x_backward(x, weight, gradient, options));
        }
    }
}

#[derive(Debug)]
pub(super) struct CrossEntropyNode;

impl Backward<Cube, 1> for CrossEntropyNode {
    /// The gradient of each row's loss.
    type State = CubeTensor;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, cross_entropy::scaled(ops.state, gradient));
        }
    }
}

#[derive(Debug)]
pub(super) struct DropoutNode;

impl Backward<Cube, 1> for DropoutNode {
    /// Nothing is kept: the mask is made anew.
    type State = Mask;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, dropout::dropout(gradient, ops.state));
        }
    }
}
