//! The forward passes on an autodiff device: each keeps what its backward pass needs.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::ops::{Backward, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, Cube};
use burn::tensor::ops::ConvOptions;

use super::node::{ConvPoolNode, CrossEntropyNode, DropoutNode, LinearNode};
use super::{Launched, conv_relu_pool, loss, masks};
use crate::Act;
use crate::cpu::Mask;

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
                tracked.finish((x_id, weight_id, (act != Act::None).then(|| y.clone())), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(Cube::launched_linear(x, weight, bias, act))
            }
        }
    }

    fn launched_conv2d_relu_pool(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self> {
        match ConvPoolNode.prepare::<C>([x.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, weight_id) = (tracked.checkpoint(&x), tracked.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let (y, winners) = conv_relu_pool(x, weight, bias, options.clone());
                tracked.finish((x_id, weight_id, winners, options), y)
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(Cube::launched_conv2d_relu_pool(x, weight, bias, options))
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
}
