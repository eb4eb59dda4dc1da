//! The forward passes on an autodiff device: each keeps what its backward pass needs.

use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::ops::{Backward, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};

use super::Tokens;
use super::node::{
    AttentionNode, EmbeddingNode, LinearCrossEntropyNode, ResidualNode, RmsNormNode, RotaryNode, SwigluNode,
};
use crate::cpu::Mask;
use crate::flex::{self, Heads, Labels, Rotation};

impl<C: CheckpointStrategy> Tokens for Autodiff<Flex, C> {
    fn fused_attention(qkv: FloatTensor<Self>, heads: Heads) -> FloatTensor<Self> {
        match AttentionNode.prepare::<C>([qkv.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let id = tracked.checkpoint(&qkv);
                let (y, log_sums) = flex::attention(&qkv.into_primitive(), &heads);
                tracked.finish((id, [y.clone(), log_sums], heads), y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::attention(&qkv.into_primitive(), &heads).0)
            }
        }
    }

    fn fused_embedding(table: FloatTensor<Self>, ids: Arc<[u32]>) -> FloatTensor<Self> {
        match EmbeddingNode.prepare::<C>([table.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let table = table.into_primitive();
                let y = flex::embedding(&table, &ids);
                tracked.finish((table.shape().dims(), ids), y)
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::embedding(&table.into_primitive(), &ids)),
        }
    }

    fn fused_linear_cross_entropy(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        labels: Labels,
    ) -> FloatTensor<Self> {
        match LinearCrossEntropyNode.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let (x, weight) = (x.into_primitive(), weight.into_primitive());
                match flex::linear_cross_entropy(&x, &weight, &labels, true) {
                    (loss, Some(grads)) => tracked.finish(grads, loss),
                    (_, None) => unreachable!("gradients are wanted"),
                }
            }
            OpsKind::UnTracked(untracked) => {
                let (x, weight) = (x.into_primitive(), weight.into_primitive());
                untracked.finish(flex::linear_cross_entropy(&x, &weight, &labels, false).0)
            }
        }
    }

    fn fused_rms_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, epsilon: f64) -> FloatTensor<Self> {
        match RmsNormNode.prepare::<C>([x.node(), gamma.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let (x_id, gamma_id) = (tracked.checkpoint(&x), tracked.checkpoint(&gamma));
                let (y, inverse) = flex::rms_norm(&x.into_primitive(), &gamma.into_primitive(), epsilon);
                tracked.finish((x_id, gamma_id, inverse), y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::rms_norm(&x.into_primitive(), &gamma.into_primitive(), epsilon).0)
            }
        }
    }

    fn fused_swiglu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match SwigluNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let id = tracked.checkpoint(&x);
                tracked.finish(id, flex::swiglu(&x.into_primitive()))
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::swiglu(&x.into_primitive())),
        }
    }

    fn fused_residual(
        x: FloatTensor<Self>,
        branch: FloatTensor<Self>,
        mask: Option<Mask>,
    ) -> FloatTensor<Self> {
        match ResidualNode.prepare::<C>([x.node(), branch.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let y = flex::residual(&x.into_primitive(), &branch.into_primitive(), mask);
                tracked.finish(mask, y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::residual(&x.into_primitive(), &branch.into_primitive(), mask))
            }
        }
    }

    fn fused_rotary(qkv: FloatTensor<Self>, rotation: Rotation) -> FloatTensor<Self> {
        match RotaryNode.prepare::<C>([qkv.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let y = flex::rotary(&qkv.into_primitive(), &rotation, false);
                tracked.finish(rotation, y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::rotary(&qkv.into_primitive(), &rotation, false))
            }
        }
    }
}
