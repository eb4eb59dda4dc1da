//! The operations as nodes of Burn's autodiff graph on GPUs. The callers in `op` see to it that no other tensor gets here.

mod node;
mod tracked;

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::wgpu::CubeTensor;
use burn::backend::{Backend, Cube, Dispatch, DispatchTensor, backend_extension};
use burn::tensor::{Int, Tensor};

use super::conv::{self, After, Window};
use super::{
    add as branches, attention as tokens, batch_norm as norm, cross_entropy as loss, curve as curves, dense,
    dropout as masks, layer_norm as rows, mean as means, pool, softmax as shares,
};
use crate::Act;
use crate::cpu::{Curve, Mask};

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

    fn launched_linear_relu_dropout(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        mask: Mask,
    ) -> FloatTensor<Self>;

    fn launched_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        window: Window,
        after: After,
    ) -> FloatTensor<Self>;

    // The macro takes no optional tensor beside others.
    fn launched_conv2d_without_bias(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        after: After,
    ) -> FloatTensor<Self>;

    fn launched_cross_entropy(
        logits: FloatTensor<Self>,
        labels: IntTensor<Self>,
        smoothing: f64,
    ) -> FloatTensor<Self>;

    fn launched_dropout(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self>;

    fn launched_mean(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn launched_batch_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: Act,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn launched_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        act: Act,
    ) -> FloatTensor<Self>;

    fn launched_softmax(x: FloatTensor<Self>, scale: f64) -> FloatTensor<Self>;

    fn launched_attention(qkv: FloatTensor<Self>, heads: usize) -> FloatTensor<Self>;

    fn launched_curve(x: FloatTensor<Self>, curve: Curve) -> FloatTensor<Self>;

    fn launched_add_relu(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self>;

    fn launched_max_pool2d(x: FloatTensor<Self>, sides: [usize; 2]) -> FloatTensor<Self>;
}

pub(crate) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, act: Act) -> DispatchTensor {
    Dispatch::launched_linear(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch(), act)
}

pub(crate) fn linear_relu_dropout(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    mask: Mask,
) -> DispatchTensor {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Dispatch::launched_linear_relu_dropout(x, weight, bias, mask)
}

pub(crate) fn conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    window: Window,
    after: After,
) -> DispatchTensor {
    let (x, weight) = (x.into_dispatch(), weight.into_dispatch());
    match bias {
        Some(bias) => Dispatch::launched_conv2d(x, weight, bias.into_dispatch(), window, after),
        None => Dispatch::launched_conv2d_without_bias(x, weight, window, after),
    }
}

pub(crate) fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>, smoothing: f64) -> DispatchTensor {
    Dispatch::launched_cross_entropy(logits.into_dispatch(), labels.into_dispatch(), smoothing)
}

pub(crate) fn dropout<const D: usize>(x: Tensor<D>, mask: Mask) -> DispatchTensor {
    Dispatch::launched_dropout(x.into_dispatch(), mask)
}

pub(crate) fn mean<const D: usize>(x: Tensor<D>) -> DispatchTensor {
    Dispatch::launched_mean(x.into_dispatch())
}

/// The output, the mean and the variance.
pub(crate) fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: Act,
) -> [DispatchTensor; 3] {
    let (x, gamma, beta) = (x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch());
    let (output, mean, variance) = Dispatch::launched_batch_norm(x, gamma, beta, epsilon, act);
    [output, mean, variance]
}

pub(crate) fn layer_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: Act,
) -> DispatchTensor {
    let (x, gamma, beta) = (x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch());
    Dispatch::launched_layer_norm(x, gamma, beta, epsilon, act)
}

pub(crate) fn softmax<const D: usize>(x: Tensor<D>, scale: f64) -> DispatchTensor {
    Dispatch::launched_softmax(x.into_dispatch(), scale)
}

pub(crate) fn self_attention(qkv: Tensor<3>, heads: usize) -> DispatchTensor {
    Dispatch::launched_attention(qkv.into_dispatch(), heads)
}

pub(crate) fn curve<const D: usize>(x: Tensor<D>, curve: Curve) -> DispatchTensor {
    Dispatch::launched_curve(x.into_dispatch(), curve)
}

pub(crate) fn add_relu(a: Tensor<4>, b: Tensor<4>) -> DispatchTensor {
    Dispatch::launched_add_relu(a.into_dispatch(), b.into_dispatch())
}

pub(crate) fn max_pool2d(x: Tensor<4>, sides: [usize; 2]) -> DispatchTensor {
    Dispatch::launched_max_pool2d(x.into_dispatch(), sides)
}

impl Launched for Cube {
    fn launched_linear(x: CubeTensor, weight: CubeTensor, bias: CubeTensor, act: Act) -> CubeTensor {
        dense::biased(Cube::float_matmul(x, weight), bias, act, None)
    }

    fn launched_linear_relu_dropout(
        x: CubeTensor,
        weight: CubeTensor,
        bias: CubeTensor,
        mask: Mask,
    ) -> CubeTensor {
        dense::biased(Cube::float_matmul(x, weight), bias, Act::Relu, Some(mask))
    }

    fn launched_conv2d(
        x: CubeTensor,
        weight: CubeTensor,
        bias: CubeTensor,
        window: Window,
        after: After,
    ) -> CubeTensor {
        conv::forward(x, weight, Some(bias), window, after).0
    }

    fn launched_conv2d_without_bias(
        x: CubeTensor,
        weight: CubeTensor,
        window: Window,
        after: After,
    ) -> CubeTensor {
        conv::forward(x, weight, None, window, after).0
    }

    fn launched_cross_entropy(logits: CubeTensor, labels: CubeTensor, smoothing: f64) -> CubeTensor {
        loss::cross_entropy(logits, labels, smoothing).0
    }

    fn launched_dropout(x: CubeTensor, mask: Mask) -> CubeTensor {
        masks::dropout(x, mask)
    }

    fn launched_mean(x: CubeTensor) -> CubeTensor {
        means::mean(x)
    }

    fn launched_batch_norm(
        x: CubeTensor,
        gamma: CubeTensor,
        beta: CubeTensor,
        epsilon: f64,
        act: Act,
    ) -> (CubeTensor, CubeTensor, CubeTensor) {
        let (y, made) = norm::forward(x, gamma, beta, epsilon, act);
        (y, made.mean, made.variance)
    }

    fn launched_layer_norm(
        x: CubeTensor,
        gamma: CubeTensor,
        beta: CubeTensor,
        epsilon: f64,
        act: Act,
    ) -> CubeTensor {
        rows::forward(x, gamma, beta, epsilon, act).0
    }

    fn launched_softmax(x: CubeTensor, scale: f64) -> CubeTensor {
        shares::softmax(x, scale)
    }

    fn launched_attention(qkv: CubeTensor, heads: usize) -> CubeTensor {
        tokens::forward(qkv, heads).0
    }

    fn launched_curve(x: CubeTensor, curve: Curve) -> CubeTensor {
        curves::curve(x, curve)
    }

    fn launched_add_relu(a: CubeTensor, b: CubeTensor) -> CubeTensor {
        branches::add_relu(a, b)
    }

    fn launched_max_pool2d(x: CubeTensor, sides: [usize; 2]) -> CubeTensor {
        pool::max_pool(x, sides).0
    }
}
