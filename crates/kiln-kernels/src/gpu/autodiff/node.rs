//! The backward passes.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::ops::FloatTensorOps;
use burn::backend::wgpu::CubeTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::Shape;

use super::super::batch_norm::{self, Normalised};
use super::super::conv::{self, After, Followed, Window};
use super::super::{add, attention, cross_entropy, curve, dense, dropout, layer_norm, mean, pool, softmax};
use crate::cpu::{Curve, Mask};

/// What a linear layer keeps for its backward pass.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) x: NodeId,
    pub(super) weight: NodeId,
    /// Where an activation needs it: the gradient goes on where it is positive.
    pub(super) output: Option<CubeTensor>,
    /// What dropout multiplied by what it kept.
    pub(super) scale: f32,
}

#[derive(Debug)]
pub(super) struct LinearNode;

impl Backward<Cube, 3> for LinearNode {
    type State = Seen;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let Seen { x, weight, output, scale } = ops.state;
        let x = checkpoints.retrieve_node_output::<CubeTensor>(x);
        let weight = checkpoints.retrieve_node_output::<CubeTensor>(weight);
        let (gradient, sums) = dense::unbiased(gradient, output, scale);
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

/// Input and weight, what the gradient needs of the output, and how it was made.
type Convolved = ([NodeId; 2], Option<CubeTensor>, Window, After);

#[derive(Debug)]
pub(super) struct ConvNode;

impl Backward<Cube, 3> for ConvNode {
    type State = Convolved;

    fn backward(self, ops: Ops<Convolved, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let [of_x, of_weight, of_bias] = ops.parents.map(|parent| parent.map(|parent| parent.id));
        conv_gradients(gradient, ops.state, [of_x, of_weight, of_bias], grads, checkpoints);
    }
}

impl Backward<Cube, 2> for ConvNode {
    type State = Convolved;

    fn backward(self, ops: Ops<Convolved, 2>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let [of_x, of_weight] = ops.parents.map(|parent| parent.map(|parent| parent.id));
        conv_gradients(gradient, ops.state, [of_x, of_weight, None], grads, checkpoints);
    }
}

fn conv_gradients(
    gradient: CubeTensor,
    ([x, weight], seen, window, after): Convolved,
    [of_x, of_weight, of_bias]: [Option<NodeId>; 3],
    grads: &mut Gradients,
    checkpoints: &mut Checkpointer,
) {
    let x = checkpoints.retrieve_node_output::<CubeTensor>(x);
    let weight = checkpoints.retrieve_node_output::<CubeTensor>(weight);
    let (dims, filters) = (x.shape().dims(), weight.shape()[0]);
    let followed = Followed { gradient, seen, after };
    if of_weight.is_some() || of_bias.is_some() {
        let (weights, biases) = conv::weight_gradient(&followed, x, filters, window);
        if let Some(id) = of_weight {
            grads.register::<Cube>(id, weights);
        }
        if let Some(id) = of_bias {
            grads.register::<Cube>(id, biases);
        }
    }
    if let Some(id) = of_x {
        grads.register::<Cube>(id, conv::input_gradient(&followed, weight, dims, window));
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

#[derive(Debug)]
pub(super) struct MeanNode;

impl Backward<Cube, 1> for MeanNode {
    /// Shape of the input.
    type State = Shape;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, mean::mean_backward(gradient, ops.state));
        }
    }
}

#[derive(Debug)]
pub(super) struct BatchNormNode;

impl Backward<Cube, 3> for BatchNormNode {
    /// What the output was made with, the scale, the output where relu followed, and epsilon.
    type State = (Normalised, NodeId, Option<CubeTensor>, f64);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (made, gamma, output, epsilon) = ops.state;
        let gamma = checkpoints.retrieve_node_output::<CubeTensor>(gamma);
        let found = batch_norm::backward(gradient, made, gamma, output, epsilon);
        for (parent, found) in ops.parents.into_iter().zip(found) {
            if let Some(parent) = parent {
                grads.register::<Cube>(parent.id, found);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct LayerNormNode;

impl Backward<Cube, 3> for LayerNormNode {
    /// What the output was made with, the scale, and the output where relu followed.
    type State = (layer_norm::Rows, NodeId, Option<CubeTensor>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (made, gamma, output) = ops.state;
        let gamma = checkpoints.retrieve_node_output::<CubeTensor>(gamma);
        let found = layer_norm::backward(gradient, made, gamma, output);
        for (parent, found) in ops.parents.into_iter().zip(found) {
            if let Some(parent) = parent {
                grads.register::<Cube>(parent.id, found);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct SoftmaxNode;

impl Backward<Cube, 1> for SoftmaxNode {
    /// The output, and what the input was multiplied by.
    type State = (CubeTensor, f64);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (y, scale) = ops.state;
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, softmax::softmax_backward(gradient, y, scale));
        }
    }
}

#[derive(Debug)]
pub(super) struct AttentionNode;

impl Backward<Cube, 1> for AttentionNode {
    /// What the output was made with.
    type State = attention::Attended;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, attention::backward(gradient, ops.state));
        }
    }
}

#[derive(Debug)]
pub(super) struct CurveNode;

impl Backward<Cube, 1> for CurveNode {
    /// The input.
    type State = (NodeId, Curve);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (x, curve) = ops.state;
        let x = checkpoints.retrieve_node_output::<CubeTensor>(x);
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, curve::curve_backward(gradient, x, curve));
        }
    }
}

#[derive(Debug)]
pub(super) struct AddReluNode;

impl Backward<Cube, 2> for AddReluNode {
    /// The output.
    type State = CubeTensor;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let found = add::add_relu_backward(gradient, ops.state);
        for parent in ops.parents.into_iter().flatten() {
            grads.register::<Cube>(parent.id, found.clone());
        }
    }
}

#[derive(Debug)]
pub(super) struct MaxPoolNode;

impl Backward<Cube, 1> for MaxPoolNode {
    /// Which pixel of each rectangle it was, the shape of the input, and the sides of the rectangles.
    type State = (CubeTensor, [usize; 4], [usize; 2]);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Cube>(&ops.node);
        let (winners, dims, sides) = ops.state;
        if let [Some(parent)] = ops.parents {
            grads.register::<Cube>(parent.id, pool::max_pool_backward(gradient, winners, dims, sides));
        }
    }
}
