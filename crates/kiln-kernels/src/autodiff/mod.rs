//! The operations as nodes of Burn's autodiff graph.
//!
//! Only flex has kernels, so that only flex is a backend of this extension: the callers in `op` see to it that no other
//! tensor gets here.

mod elementwise;
mod meet;
mod node;
mod pool;
mod recompute;
mod recurrent;
mod together;
mod tokens;
mod tracked;

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, DispatchTensor, Flex, backend_extension};
use burn::tensor::Tensor;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

pub(crate) use elementwise::{add, curve, scale};
pub(crate) use recompute::recomputed;
pub(crate) use recurrent::{gru, lstm};
pub(crate) use together::{batch_norm_together, of_graph};
pub(crate) use tokens::{attention, embedding, linear_cross_entropy, residual, rms_norm, rotary, swiglu};

use crate::cpu::{Mask, NormAct};
use crate::flex::{Targets, Windows};
use crate::{Act, flex};

// The macro makes an implementation for a public type of the trait, which must be public for that.
#[allow(unreachable_pub)]
#[backend_extension(Autodiff, Flex)]
pub trait Fused: Backend {
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self>;

    fn fused_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
        act: Act,
    ) -> FloatTensor<Self>;

    fn fused_conv2d_relu_pool(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self>;

    fn fused_conv_transpose2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvTransposeOptions<2>,
        act: Act,
    ) -> FloatTensor<Self>;

    fn fused_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: NormAct,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn fused_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self>;

    fn fused_cross_entropy(logits: FloatTensor<Self>, targets: Targets) -> FloatTensor<Self>;

    fn fused_max_pool2d(x: FloatTensor<Self>, windows: Windows) -> FloatTensor<Self>;

    fn fused_avg_pool2d(x: FloatTensor<Self>, size: usize) -> FloatTensor<Self>;

    fn fused_global_avg_pool2d(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn fused_global_max_pool2d(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn fused_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self>;

    fn fused_flatten(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn fused_squared_norm(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

pub(crate) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, act: Act) -> DispatchTensor {
    Dispatch::fused_linear(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), act)
}

pub(crate) fn conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
    act: Act,
) -> DispatchTensor {
    Dispatch::fused_conv2d(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), options, act)
}

pub(crate) fn conv2d_relu_pool(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvOptions<2>,
) -> DispatchTensor {
    Dispatch::fused_conv2d_relu_pool(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), options)
}

pub(crate) fn conv_transpose2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    options: ConvTransposeOptions<2>,
    act: Act,
) -> DispatchTensor {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Dispatch::fused_conv_transpose2d(x, weight, bias, options, act)
}

/// The output, the mean and the variance.
pub(crate) fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: NormAct,
) -> [DispatchTensor; 3] {
    let (x, gamma, beta) = (x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch());
    let (output, mean, variance) = Dispatch::fused_batch_norm(x, gamma, beta, epsilon, act);
    [output, mean, variance]
}

pub(crate) fn layer_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
) -> DispatchTensor {
    Dispatch::fused_layer_norm(x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch(), epsilon)
}

pub(crate) fn cross_entropy(logits: Tensor<2>, targets: Targets) -> DispatchTensor {
    Dispatch::fused_cross_entropy(logits.into_dispatch(), targets)
}

pub(crate) fn max_pool2d(x: Tensor<4>, windows: Windows) -> DispatchTensor {
    Dispatch::fused_max_pool2d(x.into_dispatch(), windows)
}

pub(crate) fn avg_pool2d(x: Tensor<4>, size: usize) -> DispatchTensor {
    Dispatch::fused_avg_pool2d(x.into_dispatch(), size)
}

pub(crate) fn global_avg_pool2d(x: Tensor<4>) -> DispatchTensor {
    Dispatch::fused_global_avg_pool2d(x.into_dispatch())
}

pub(crate) fn global_max_pool2d(x: Tensor<4>) -> DispatchTensor {
    Dispatch::fused_global_max_pool2d(x.into_dispatch())
}

pub(crate) fn dropout<const D: usize>(x: Tensor<D>, mask: Mask) -> DispatchTensor {
    Dispatch::fused_dropout(x.into_dispatch(), mask)
}

pub(crate) fn flatten(x: Tensor<4>) -> DispatchTensor {
    Dispatch::fused_flatten(x.into_dispatch())
}

pub(crate) fn squared_norm<const D: usize>(x: Tensor<D>) -> DispatchTensor {
    Dispatch::fused_squared_norm(x.into_dispatch())
}

impl Fused for Flex {
    fn fused_linear(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, act: Act) -> FlexTensor {
        flex::linear(&x, &weight, &bias, act)
    }

    fn fused_conv2d(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: ConvOptions<2>,
        act: Act,
    ) -> FlexTensor {
        flex::conv2d(&x, &weight, &bias, &options, act)
    }

    fn fused_conv2d_relu_pool(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: ConvOptions<2>,
    ) -> FlexTensor {
        flex::conv2d_relu_pool(&x, &weight, &bias, &options).0
    }

    fn fused_conv_transpose2d(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: ConvTransposeOptions<2>,
        act: Act,
    ) -> FlexTensor {
        flex::conv_transpose2d(&x, &weight, &bias, &options, act)
    }

    fn fused_batch_norm(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
        act: NormAct,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        flex::batch_norm(&x, &gamma, &beta, epsilon, act)
    }

    fn fused_layer_norm(x: FlexTensor, gamma: FlexTensor, beta: FlexTensor, epsilon: f64) -> FlexTensor {
        flex::layer_norm(&x, &gamma, &beta, epsilon).0
    }

    fn fused_cross_entropy(logits: FlexTensor, targets: Targets) -> FlexTensor {
        flex::cross_entropy(&logits, &targets).0
    }

    fn fused_max_pool2d(x: FlexTensor, windows: Windows) -> FlexTensor {
        flex::max_pool2d(&x, windows).0
    }

    fn fused_avg_pool2d(x: FlexTensor, size: usize) -> FlexTensor {
        flex::avg_pool2d(&x, size).0
    }

    fn fused_global_avg_pool2d(x: FlexTensor) -> FlexTensor {
        flex::global_avg_pool2d(&x).0
    }

    fn fused_global_max_pool2d(x: FlexTensor) -> FlexTensor {
        flex::global_max_pool2d(&x).0
    }

    fn fused_dropout(x: FlexTensor, mask: Mask) -> FlexTensor {
        flex::dropout(&x, mask)
    }

    fn fused_flatten(x: FlexTensor) -> FlexTensor {
        flex::flatten(&x)
    }

    fn fused_squared_norm(x: FlexTensor) -> FlexTensor {
        flex::squared_norm(&x)
    }
}
