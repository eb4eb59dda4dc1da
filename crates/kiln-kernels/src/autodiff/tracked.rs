//! The forward passes on an autodiff device: each keeps what its backward pass needs.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::ops::{Backward, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

use super::Fused;
use super::node::{
    BatchNormNode, ConvNode, ConvPoolNode, ConvTransposeNode, CrossEntropyNode, DropoutNode, FlattenNode,
    LayerNormNode, LinearNode,
};
use super::pool::{AvgPoolNode, GlobalAvgPoolNode, GlobalMaxPoolNode, MaxPoolNode};
use crate::cpu::{Mask, NormAct};
use crate::flex::{Targets, Windows};
use crate::{Act, flex};

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

    fn fused_conv_transpose2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvTransposeOptions<2>,
        act: Act,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weight.node(), bias.node()];
        match ConvTransposeNode.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let y = flex::conv_transpose2d(&x, &weight, &bias, &options, act);
                tracked.finish((x_id, weight_id, (act != Act::None).then(|| y.clone()), options), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(flex::conv_transpose2d(&x, &weight, &bias, &options, act))
            }
        }
    }

    fn fused_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: NormAct,
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

    fn fused_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        match LayerNormNode.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, gamma_id) = (tracked.checkpoint(&x), tracked.checkpoint(&gamma));
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                let (y, statistics) = flex::layer_norm(&x, &gamma, &beta, epsilon);
                tracked.finish((x_id, gamma_id, statistics), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, gamma, beta) = (x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                untracked.finish(flex::layer_norm(&x, &gamma, &beta, epsilon).0)
            }
        }
    }

    fn fused_cross_entropy(logits: FloatTensor<Self>, targets: Targets) -> FloatTensor<Self> {
        match CrossEntropyNode.prepare::<C>([logits.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let (losses, gradient) = flex::cross_entropy(&logits.into_primitive(), &targets);
                tracked.finish(gradient, losses)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::cross_entropy(&logits.into_primitive(), &targets).0)
            }
        }
    }

    fn fused_max_pool2d(x: FloatTensor<Self>, windows: Windows) -> FloatTensor<Self> {
        match MaxPoolNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                let (y, order, index) = flex::max_pool2d(&x, windows);
                tracked.finish((flex::dims4(&x), windows, order, index), y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::max_pool2d(&x.into_primitive(), windows).0)
            }
        }
    }

    fn fused_avg_pool2d(x: FloatTensor<Self>, size: usize) -> FloatTensor<Self> {
        match AvgPoolNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                let (y, order) = flex::avg_pool2d(&x, size);
                tracked.finish((flex::dims4(&x), size, order), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::avg_pool2d(&x.into_primitive(), size).0),
        }
    }

    fn fused_global_avg_pool2d(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match GlobalAvgPoolNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                let (y, order) = flex::global_avg_pool2d(&x);
                tracked.finish((flex::dims4(&x), order), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::global_avg_pool2d(&x.into_primitive()).0),
        }
    }

    fn fused_global_max_pool2d(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match GlobalMaxPoolNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                let (y, order, index) = flex::global_max_pool2d(&x);
                tracked.finish((flex::dims4(&x), order, index), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::global_max_pool2d(&x.into_primitive()).0),
        }
    }

    fn fused_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        match DropoutNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => tracked.finish(mask, flex::dropout(&x.into_primitive(), mask)),
            OpsKind::UnTracked(untracked) => untracked.finish(flex::dropout(&x.into_primitive(), mask)),
        }
    }

    fn fused_flatten(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match FlattenNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let x = x.into_primitive();
                tracked.finish(flex::dims4(&x), flex::flatten(&x))
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::flatten(&x.into_primitive())),
        }
    }

    /// A constant: what wants a gradient is composed in `op`.
    fn fused_squared_norm(x: FloatTensor<Self>) -> FloatTensor<Self> {
        FloatTensor::<Self>::new(flex::squared_norm(&x.into_primitive()))
    }
}
