//! The forward passes on an autodiff device: each keeps what its backward pass needs.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::ops::{Backward, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::wgpu::CubeTensor;
use burn::backend::{Autodiff, Cube, TensorMetadata};

use super::conv::{self, After, Window};
use super::node::{
    AddReluNode, AttentionNode, BatchNormNode, ConvNode, CrossEntropyNode, CurveNode, DropoutNode,
    LayerNormNode, LinearNode, MaxPoolNode, MeanNode, Seen, SoftmaxNode,
};
use super::{Launched, loss, masks, means, norm, pool, rows, shares, tokens};
use crate::Act;
use crate::cpu::{Curve, Mask};

impl<C: CheckpointStrategy> Launched for Autodiff<Cube, C> {
    fn launched_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self> {
        match LinearNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let y = Cube::launched_linear(x, weight, bias, act);
                let output = (act != Act::None).then(|| y.clone());
                tracked.finish(Seen { x: x_id, weight: weight_id, output, scale: 1.0 }, y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(Cube::launched_linear(x, weight, bias, act))
            }
        }
    }

    fn launched_linear_relu_dropout(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        mask: Mask,
    ) -> FloatTensor<Self> {
        match LinearNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let y = Cube::launched_linear_relu_dropout(x, weight, bias, mask);
                // What was dropped is 0 as what relu cut off: the output says where the gradient goes on.
                let output = Some(y.clone());
                tracked.finish(Seen { x: x_id, weight: weight_id, output, scale: mask.scale() }, y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(Cube::launched_linear_relu_dropout(x, weight, bias, mask))
            }
        }
    }

    fn launched_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
        after: After,
    ) -> FloatTensor<Self> {
        match ConvNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let ids = [tracked.checkpoint(&x), tracked.checkpoint(&weight)];
                let bias = Some(bias.into_primitive());
                let (y, seen) = convolved(x.into_primitive(), weight.into_primitive(), bias, window, after);
                tracked.finish((ids, seen, window, after), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(Cube::launched_conv2d(x, weight, bias, window, after))
            }
        }
    }

    fn launched_conv2d_without_bias(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        after: After,
    ) -> FloatTensor<Self> {
        match ConvNode.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let ids = [tracked.checkpoint(&x), tracked.checkpoint(&weight)];
                let (y, seen) = convolved(x.into_primitive(), weight.into_primitive(), None, window, after);
                tracked.finish((ids, seen, window, after), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight) = (x.into_primitive(), weight.into_primitive());
                untracked.finish(Cube::launched_conv2d_without_bias(x, weight, window, after))
            }
        }
    }

    fn launched_cross_entropy(
        logits: FloatTensor<Self>,
        labels: IntTensor<Self>,
        smoothing: f64,
    ) -> FloatTensor<Self> {
        match CrossEntropyNode.prepare::<C>([logits.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let (losses, gradient) = loss::cross_entropy(logits.into_primitive(), labels, smoothing);
                tracked.finish(gradient, losses)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(loss::cross_entropy(logits.into_primitive(), labels, smoothing).0)
            }
        }
    }

    fn launched_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        match DropoutNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => tracked.finish(mask, masks::dropout(x.into_primitive(), mask)),
            OpsKind::UnTracked(untracked) => untracked.finish(masks::dropout(x.into_primitive(), mask)),
        }
    }

    fn launched_mean(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match MeanNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                tracked.finish(x.shape(), means::mean(x))
            }
            OpsKind::UnTracked(untracked) => untracked.finish(means::mean(x.into_primitive())),
        }
    }

    fn launched_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: Act,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let constant = |tensor: CubeTensor| FloatTensor::<Self>::new(tensor);
        match BatchNormNode.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let gamma_id = tracked.checkpoint(&gamma);
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                let (y, made) = norm::forward(x, gamma, beta, epsilon, act);
                let (mean, variance) = (made.mean.clone(), made.variance.clone());
                let output = (act == Act::Relu).then(|| y.clone());
                (tracked.finish((made, gamma_id, output, epsilon), y), constant(mean), constant(variance))
            }
            OpsKind::UnTracked(untracked) => {
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                let (y, made) = norm::forward(x, gamma, beta, epsilon, act);
                (untracked.finish(y), constant(made.mean), constant(made.variance))
            }
        }
    }

    fn launched_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: Act,
    ) -> FloatTensor<Self> {
        match LayerNormNode.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let gamma_id = tracked.checkpoint(&gamma);
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                let (y, made) = rows::forward(x, gamma, beta, epsilon, act);
                let output = (act == Act::Relu).then(|| y.clone());
                tracked.finish((made, gamma_id, output), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                untracked.finish(Cube::launched_layer_norm(x, gamma, beta, epsilon, act))
            }
        }
    }

    fn launched_softmax(x: FloatTensor<Self>, scale: f64) -> FloatTensor<Self> {
        match SoftmaxNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let y = shares::softmax(x.into_primitive(), scale);
                tracked.finish((y.clone(), scale), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(shares::softmax(x.into_primitive(), scale)),
        }
    }

    fn launched_attention(qkv: FloatTensor<Self>, heads: usize) -> FloatTensor<Self> {
        match AttentionNode.prepare::<C>([qkv.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let (y, attended) = tokens::forward(qkv.into_primitive(), heads);
                tracked.finish(attended, y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(Cube::launched_attention(qkv.into_primitive(), heads))
            }
        }
    }

    fn launched_curve(x: FloatTensor<Self>, curve: Curve) -> FloatTensor<Self> {
        match CurveNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let id = tracked.checkpoint(&x);
                tracked.finish((id, curve), Cube::launched_curve(x.into_primitive(), curve))
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(Cube::launched_curve(x.into_primitive(), curve))
            }
        }
    }

    fn launched_add_relu(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        match AddReluNode.prepare::<C>([a.node(), b.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let y = Cube::launched_add_relu(a.into_primitive(), b.into_primitive());
                tracked.finish(y.clone(), y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(Cube::launched_add_relu(a.into_primitive(), b.into_primitive()))
            }
        }
    }

    fn launched_max_pool2d(x: FloatTensor<Self>, sides: [usize; 2]) -> FloatTensor<Self> {
        match MaxPoolNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                let dims = x.shape().dims();
                let (y, winners) = pool::max_pool(x, sides);
                tracked.finish((winners, dims, sides), y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(Cube::launched_max_pool2d(x.into_primitive(), sides))
            }
        }
    }
}

/// What a convolution gives, and what its gradient needs of that.
fn convolved(
    x: CubeTensor,
    weight: CubeTensor,
    bias: Option<CubeTensor>,
    window: Window,
    after: After,
) -> (CubeTensor, Option<CubeTensor>) {
    let (y, winners) = conv::forward(x, weight, bias, window, after);
    let seen = if after == After::Relu { Some(y.clone()) } else { winners };
    (y, seen)
}
