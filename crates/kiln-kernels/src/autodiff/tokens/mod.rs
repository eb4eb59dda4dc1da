//! What is done to rows of tokens, as nodes of the graph.

mod node;
mod tracked;

use std::sync::Arc;

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, DispatchTensor, Flex, backend_extension};
use burn::tensor::Tensor;

use crate::cpu::Mask;
use crate::flex::{self, Heads, Labels, Rotation};

// As of `Fused`: public for the macro.
#[allow(unreachable_pub)]
#[backend_extension(Autodiff, Flex)]
pub trait Tokens: Backend {
    fn fused_attention(qkv: FloatTensor<Self>, heads: Heads) -> FloatTensor<Self>;

    fn fused_embedding(table: FloatTensor<Self>, ids: Arc<[u32]>) -> FloatTensor<Self>;

    fn fused_linear_cross_entropy(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        labels: Labels,
    ) -> FloatTensor<Self>;

    fn fused_rms_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, epsilon: f64) -> FloatTensor<Self>;

    fn fused_swiglu(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn fused_residual(
        x: FloatTensor<Self>,
        branch: FloatTensor<Self>,
        mask: Option<Mask>,
    ) -> FloatTensor<Self>;

    fn fused_rotary(qkv: FloatTensor<Self>, rotation: Rotation) -> FloatTensor<Self>;
}

pub(crate) fn attention(qkv: Tensor<2>, heads: Heads) -> DispatchTensor {
    Dispatch::fused_attention(qkv.into_dispatch(), heads)
}

pub(crate) fn embedding(table: Tensor<2>, ids: Arc<[u32]>) -> DispatchTensor {
    Dispatch::fused_embedding(table.into_dispatch(), ids)
}

pub(crate) fn linear_cross_entropy(x: Tensor<2>, weight: Tensor<2>, labels: Labels) -> DispatchTensor {
    Dispatch::fused_linear_cross_entropy(x.into_dispatch(), weight.into_dispatch(), labels)
}

pub(crate) fn rms_norm<const D: usize>(x: Tensor<D>, gamma: Tensor<1>, epsilon: f64) -> DispatchTensor {
    Dispatch::fused_rms_norm(x.into_dispatch(), gamma.into_dispatch(), epsilon)
}

pub(crate) fn swiglu(x: Tensor<2>) -> DispatchTensor {
    Dispatch::fused_swiglu(x.into_dispatch())
}

pub(crate) fn residual<const D: usize>(
    x: Tensor<D>,
    branch: Tensor<D>,
    mask: Option<Mask>,
) -> DispatchTensor {
    Dispatch::fused_residual(x.into_dispatch(), branch.into_dispatch(), mask)
}

pub(crate) fn rotary(qkv: Tensor<2>, rotation: Rotation) -> DispatchTensor {
    Dispatch::fused_rotary(qkv.into_dispatch(), rotation)
}

impl Tokens for Flex {
    fn fused_attention(qkv: FlexTensor, heads: Heads) -> FlexTensor {
        flex::attention(&qkv, &heads).0
    }

    fn fused_embedding(table: FlexTensor, ids: Arc<[u32]>) -> FlexTensor {
        flex::embedding(&table, &ids)
    }

    fn fused_linear_cross_entropy(x: FlexTensor, weight: FlexTensor, labels: Labels) -> FlexTensor {
        flex::linear_cross_entropy(&x, &weight, &labels, false).0
    }

    fn fused_rms_norm(x: FlexTensor, gamma: FlexTensor, epsilon: f64) -> FlexTensor {
        flex::rms_norm(&x, &gamma, epsilon).0
    }

    fn fused_swiglu(x: FlexTensor) -> FlexTensor {
        flex::swiglu(&x)
    }

    fn fused_residual(x: FlexTensor, branch: FlexTensor, mask: Option<Mask>) -> FlexTensor {
        flex::residual(&x, &branch, mask)
    }

    fn fused_rotary(qkv: FlexTensor, rotation: Rotation) -> FlexTensor {
        flex::rotary(&qkv, &rotation, false)
    }
}
