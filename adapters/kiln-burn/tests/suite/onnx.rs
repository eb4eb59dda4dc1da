//! A module in the form that burn-onnx 0.22 generates: constants as parameters without gradients, numbered layers, a
//! device that is not moved with the module.

#![allow(clippy::let_and_return, unused_imports, reason = "generated code has both")]

use burn::nn::Linear;
use burn::nn::LinearConfig;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::nn::conv::Conv2dConfig;
use burn::prelude::*;

#[derive(Module, Debug)]
pub(crate) struct Model {
    constant1: burn::module::Param<Tensor<1>>,
    conv2d1: Conv2d,
    linear1: Linear,
    linear2: Linear,
    #[module(skip)]
    device: Device,
}

impl Model {
    #[allow(unused_variables)]
    pub(crate) fn new(device: &Device) -> Self {
        let constant1: burn::module::Param<Tensor<1>> = burn::module::Param::uninitialized(
            burn::module::ParamId::new(),
            move |device, _require_grad| Tensor::<1>::zeros([10], (device, burn::tensor::DType::F32)),
            device.clone(),
            false,
            [10].into(),
        );
        let conv2d1 = Conv2dConfig::new([1, 8], [3, 3])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .with_dilation([1, 1])
            .with_groups(1)
            .with_bias(true)
            .init(device);
        let linear1 = LinearConfig::new(128, 32).with_bias(true).init(device);
        let linear2 = LinearConfig::new(32, 10).with_bias(false).init(device);
        Self { constant1, conv2d1, linear1, linear2, device: device.clone() }
    }

    #[allow(clippy::let_and_return, clippy::approx_constant)]
    pub(crate) fn forward(&self, input1: Tensor<4>) -> Tensor<2> {
        let constant1_out1 = self.constant1.val();
        let conv2d1_out1 = self.conv2d1.forward(input1);
        let relu1_out1 = burn::tensor::activation::relu(conv2d1_out1);
        let shape1_out1: [i64; 4] = {
            let axes = &relu1_out1.clone().dims()[0..4];
            let mut output = [0i64; 4];
            for i in 0..4 {
                output[i] = axes[i] as i64;
            }
            output
        };
        let gather1_out1 = shape1_out1[0] as i64;
        let unsqueeze1_out1 = [gather1_out1 as i64];
        let constant2_out1: [i64; 1] = [-1i64];
        let concat1_out1: [i64; 2usize] =
            [&unsqueeze1_out1[..], &constant2_out1[..]].concat().try_into().unwrap();
        let reshape1_out1 = relu1_out1.reshape(concat1_out1);
        let linear1_out1 = self.linear1.forward(reshape1_out1);
        let relu2_out1 = burn::tensor::activation::relu(linear1_out1);
        let linear2_out1 = self.linear2.forward(relu2_out1);
        let constant3_out1 = Tensor::<1>::from_data(
            burn::tensor::TensorData::from([1f32 as f64]),
            (&self.device, burn::tensor::DType::F32),
        );
        let mul1_out1 = linear2_out1.mul((constant3_out1).unsqueeze_dims(&[0isize]));
        let add1_out1 = mul1_out1.add((constant1_out1).unsqueeze_dims(&[0isize]));
        add1_out1
    }
}
