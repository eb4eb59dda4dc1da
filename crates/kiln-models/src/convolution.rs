//! Convolutions of any stride and number of groups, alone and with the batch norm behind them.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;
use kiln_kernels::{Act, conv2d, conv2d_relu_pool, max_pool2d};

use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::norm::{BatchNormStyle, folded, normalised, widened};
use crate::{Activation, Operation};

impl Filters {
    /// The convolution with its first weights.
    pub(crate) fn init(self, init: &mut Init<'_>, draw: Draw) -> Conv2d {
        let (weight, bias) = init.filters(&self, draw);
        let padding = self.padding;
        Conv2d {
            weight,
            bias,
            stride: [self.stride; 2],
            kernel_size: [self.kernel; 2],
            dilation: [1, 1],
            groups: self.groups,
            padding: PaddingConfig2d::Explicit(padding, padding, padding, padding),
        }
    }
}

/// Pixels that `conv` adds on each side.
fn padding(conv: &Conv2d) -> usize {
    match conv.padding {
        PaddingConfig2d::Explicit(top, ..) => top,
        _ => 0,
    }
}

fn options(conv: &Conv2d) -> ConvOptions<2> {
    ConvOptions::new(conv.stride, [padding(conv); 2], conv.dilation, conv.groups)
}

/// `conv(x)`.
pub(crate) fn convolve(conv: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let bias = conv.bias.as_ref().map(|bias| bias.val());
    conv2d(x, conv.weight.val(), bias, options(conv), Act::None)
}

/// `activation(norm(conv(x)))`. Where the batch norm goes by its running statistics, it is a part of the filters.
pub(crate) fn convolve_and_normalise(
    conv: &Conv2d,
    norm: &BatchNorm,
    x: Tensor<4>,
    activation: Activation,
) -> Tensor<4> {
    let (weight, bias) = (conv.weight.val(), conv.bias.as_ref().map(|bias| bias.val()));
    if let Some((weight, bias)) = folded(norm, &x, &weight, bias.as_ref()) {
        let (act, rest) = activation.split();
        return rest.forward(conv2d(x, weight, Some(bias), options(conv), act));
    }
    let (act, rest) = activation.split_behind_norm();
    rest.forward(normalised(norm, conv2d(x, weight, bias, options(conv), Act::None), act))
}

/// `max_pool(activation(norm(conv(x))))` with squares of side `pool`; 1 for none. Where the batch norm goes by its running statistics, it is
/// a part of the filters.
pub(crate) fn convolve_and_pool(
    conv: &Conv2d,
    norm: Option<&BatchNorm>,
    activation: Activation,
    pool: usize,
    x: Tensor<4>,
) -> Tensor<4> {
    let (weight, bias) = (conv.weight.val(), conv.bias.as_ref().map(|bias| bias.val()));
    let (weight, bias, norm) = match norm {
        None => (weight, bias, None),
        Some(norm) => match folded(norm, &x, &weight, bias.as_ref()) {
            Some((weight, bias)) => (weight, Some(bias), None),
            None => (weight, bias, Some(norm)),
        },
    };
    // What follows the convolution is part of one operation as far as there is one.
    let (act, rest) = activation.split();
    let x = match norm {
        None if act == Act::Relu && pool == 2 => return conv2d_relu_pool(x, weight, bias, options(conv)),
        None => conv2d(x, weight, bias, options(conv), act),
        Some(norm) => normalised(norm, widened(conv2d(x, weight, bias, options(conv), Act::None)), act),
    };
    match pool {
        1 => rest.forward(x),
        // The maximum of a monotone function is the function of the maximum: fewer elements to compute.
        side if rest.is_monotone() => rest.forward(max_pool2d(x, side)),
        side => max_pool2d(rest.forward(x), side),
    }
}

/// What the convolution at `layer` does.
pub(crate) fn conv_operation(layer: String, conv: &Conv2d) -> Operation {
    Operation::Conv {
        layer,
        bias: conv.bias.is_some(),
        kernel: conv.kernel_size[0],
        stride: conv.stride[0],
        padding: padding(conv),
        groups: conv.groups,
    }
}

/// What a convolution with batch norm and activation does.
pub(crate) fn conv_norm_operations(
    (conv_layer, conv): (String, &Conv2d),
    (norm_layer, norm): (String, &BatchNorm),
    activation: Activation,
) -> Vec<Operation> {
    let norm = Operation::BatchNorm { layer: norm_layer, epsilon: norm.epsilon };
    let both = [conv_operation(conv_layer, conv), norm];
    both.into_iter().chain(Operation::activation(activation)).collect()
}

/// A convolution without bias, its batch norm and its activation: torchvision's `Conv2dNormActivation`.
#[derive(Module, Debug)]
pub(crate) struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
    #[module(skip)]
    activation: Activation,
}

impl ConvNorm {
    pub(crate) fn new(
        init: &mut Init<'_>,
        filters: Filters,
        norm: BatchNormStyle,
        activation: Activation,
    ) -> Self {
        let conv = filters.init(init, Draw::FanOut);
        Self { conv, norm: norm.init(filters.outputs, init.device()), activation }
    }

    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        convolve_and_normalise(&self.conv, &self.norm, x, self.activation)
    }

    /// What it does, as the layer at `path`.
    pub(crate) fn operations(&self, path: &str) -> Vec<Operation> {
        conv_norm_operations(
            (format!("{path}.conv"), &self.conv),
            (format!("{path}.norm"), &self.norm),
            self.activation,
        )
    }
}
