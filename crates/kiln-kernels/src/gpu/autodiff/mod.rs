//! The operations as nodes of Burn's autodiff graph on GPUs. The callers in `op` see to it that no other tensor gets here.

mod node;
mod tracked;

use burn::backend::ops::{FloatTensorOps, ModuleOps};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::wgpu::CubeTensor;
use burn::backend::{Backend, Cube, Dispatch, DispatchTensor, backend_extension};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Int, Tensor};

use super::{cross_entropy as loss, dense, dropout as masks, pool};
use crate::Act;
use crate::cpu::Mask;

// The macro makes an implementation for a public type of the trait, which must be public for that.
#[allow(unreachable_pub)]
#[backend_extension(Autodiff, Cube)]
pub trait Launched: Backend {
    fn launched_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self>;

    fn launched_conv2d_relu_pool(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self>;

    fn launched_cross_entropy(
        logits: FloatTensor<Self>,
        labels: IntTensor<Self>,
        smoothing: f64,
    ) -> FloatTensor<Self>;

    fn launched_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self>;
}

pub(crate) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, act: Act) -> DispatchTensor {
    Dispatch::launched_linear(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), act)
}

pub(crate) fn conv2d_relu_pool(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
) -> DispatchTensor {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Dispatch::launched_conv2d_relu_pool(x, weight, bias, options)
}

pub(crate) fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>, smoothing: f64) -> DispatchTensor {
    Dispatch::launched_cross_entropy(logits.into_dispatch(), labels.into_dispatch(), smoothing)
}

pub(crate) fn dropout<const D: usize>(x: Tensor<D>, mask: Mask) -> DispatchTensor {
    Dispatch::launched_dropout(x.into_dispatch(), mask)
}

/// The pooled images and which pixels went on.
fn conv_relu_pool(
    x: CubeTensor,
    weight: CubeTensor,
    bias: CubeTensor,
    options: ConvOptions<2>,
) -> (CubeTensor, CubeTensor) {
    pool::relu_pool(Cube::conv2d(x, weight, Some(bias), options))
}

impl Launched for Cube {
    fn launched_linear(x: CubeTensor, weight: CubeTensor, bias: CubeTensor, act: Act) -> CubeTensor {
        dense::biased(Cube::float_matmul(x, weight), bias, act)
    }

    fn launched_conv2d_relu_pool(
        x: CubeTensor,
        weight: CubeTensor,
        bias: CubeTensor,
        options: ConvOptions<2>,
    ) -> CubeTensor {
        conv_relu_pool(x, weight, bias, options).0
    }

    fn launched_cross_entropy(logits: CubeTensor, labels: CubeTensor, smoothing: f64) -> CubeTensor {
        loss::cross_entropy(logits, labels, smoothing).0
    }

    fn launched_dropout(x: CubeTensor, mask: Mask) -> CubeTensor {
        masks::dropout(x, mask)
    }
}
