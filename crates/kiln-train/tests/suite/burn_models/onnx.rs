//! A network in the form that burn-onnx 0.22 writes for one of convolution, batch norm, pooling and two linear layers: numbered layers, a
//! constant as a parameter without gradient, shapes that are computed, a device that is not moved with the module.

#![allow(
    clippy::let_and_return,
    unused_imports,
    unused_parens,
    unused_variables,
    reason = "generated code has these"
)]

use burn::nn::BatchNorm;
use burn::nn::BatchNormConfig;
use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::nn::conv::Conv2dConfig;
use burn::nn::pool::MaxPool2d;
use burn::nn::pool::MaxPool2dConfig;
use burn::prelude::*;

#[derive(Module, Debug)]
pub(super) struct Model {
    constant1: burn::module::Param<Tensor<1>>,
    conv2d1: Conv2d,
    batchnormalization1: BatchNorm,
    maxpool2d1: MaxPool2d,
    linear1: Linear,
    linear2: Linear,
    #[module(skip)]
    device: Device,
}

impl Model {
    pub(super) fn new(device: &Device) -> Self {
        let constant1: burn::module::Param<Tensor<1>> = burn::module::Param::uninitialized(
            burn::module::ParamId::new(),
            move |device, _require_grad| Tensor::<1>::zeros([10], (device, burn::tensor::DType::F32)),
            device.clone(),
            false,
            [10].into(),
        );
        let conv2d1 = Conv2dConfig::new([1, 8], [3, 3])
            .with_stride([1, 1])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .with_dilation([1, 1])
            .with_groups(1)
            .with_bias(true)
            .init(device);
        let batchnormalization1 =
            BatchNormConfig::new(8).with_epsilon(0.00001f64).with_momentum(0.9f64).init(device);
        let maxpool2d1 = MaxPool2dConfig::new([2, 2])
            .with_strides([2, 2])
            .with_padding(PaddingConfig2d::Valid)
            .with_dilation([1, 1])
            .with_ceil_mode(false)
            .init();
        let linear1 = LinearConfig::new(128, 32).with_bias(true).init(device);
        let linear2 = LinearConfig::new(32, 10).with_bias(true).init(device);
        Self { constant1, conv2d1, batchnormalization1, maxpool2d1, linear1, linear2, device: device.clone() }
    }

    pub(super) fn forward(&self, image: Tensor<4>) -> Tensor<2> {
        let constant1_out1 = self.constant1.val();
        let conv2d1_out1 = self.conv2d1.forward(image);
        let batchnormalization1_out1 = self.batchnormalization1.forward(conv2d1_out1);
        let relu1_out1 = burn::tensor::activation::relu(batchnormalization1_out1);
        let maxpool2d1_out1 = self.maxpool2d1.forward(relu1_out1);
        let flatten1_out1 = {
            let leading_dim = maxpool2d1_out1.shape()[..1].iter().product::<usize>() as i32;
            maxpool2d1_out1.reshape::<2, _>([leading_dim, -1])
        };
        let linear1_out1 = self.linear1.forward(flatten1_out1);
        let gelu1_out1 = burn::tensor::activation::gelu(linear1_out1);
        let linear2_out1 = self.linear2.forward(gelu1_out1);
        let add1_out1 = linear2_out1.add((constant1_out1).unsqueeze_dims(&[0isize]));
        add1_out1
    }
}
