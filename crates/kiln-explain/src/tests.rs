//! Against captum, by `tests/golden/explained.py`.

mod columns;

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::MaxPool2dConfig;
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{DType, Device, Tensor, TensorData};
use kiln_core::Seed;
use kiln_testkit::{assert_close, computes_in, device};
use serde_json::Value;

use super::smooth::mean_gradient;
use super::*;

fn golden(name: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/explained.json");
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    all[name].clone()
}

fn data(value: &Value) -> TensorData {
    let list = |name: &str| value[name].as_array().unwrap().clone();
    let shape: Vec<usize> = list("shape").iter().map(|size| size.as_u64().unwrap() as usize).collect();
    TensorData::new(list("data").iter().map(|number| number.as_f64().unwrap()).collect::<Vec<_>>(), shape)
}

fn tensor<const D: usize>(value: &Value, device: &Device) -> Tensor<D> {
    Tensor::from_data(data(value), (device, DType::F64))
}

fn targets(case: &Value) -> Vec<usize> {
    case["targets"].as_array().unwrap().iter().map(|target| target.as_u64().unwrap() as usize).collect()
}

#[track_caller]
fn assert_is<const D: usize>(found: Tensor<D>, wanted: &Value) {
    assert_close(&found.into_data(), &data(wanted), 1e-9, 1e-10);
}

fn linear(case: &Value, name: &str, device: &Device) -> Linear {
    let weight: Tensor<2> = tensor(&case["weights"][format!("{name}.weight")], device);
    let [outputs, inputs] = weight.dims();
    let mut layer = LinearConfig::new(inputs, outputs).init(device);
    layer.weight = Param::from_tensor(weight.transpose());
    layer.bias = Some(Param::from_tensor(tensor(&case["weights"][format!("{name}.bias")], device)));
    layer
}

fn conv(case: &Value, name: &str, padding: usize, device: &Device) -> Conv2d {
    let weight: Tensor<4> = tensor(&case["weights"][format!("{name}.weight")], device);
    let [outputs, inputs, height, width] = weight.dims();
    let padding = PaddingConfig2d::Explicit(padding, padding, padding, padding);
    let mut layer = Conv2dConfig::new([inputs, outputs], [height, width]).with_padding(padding).init(device);
    layer.weight = Param::from_tensor(weight);
    layer.bias = Some(Param::from_tensor(tensor(&case["weights"][format!("{name}.bias")], device)));
    layer
}

/// All methods that take a model as it is.
fn check<const D: usize>(case: &Value, model: impl Fn(Tensor<D>) -> Tensor<2>, device: &Device) {
    let (inputs, targets) = (tensor::<D>(&case["inputs"], device), targets(case));
    assert_is(gradient(&model, inputs.clone(), &targets), &case["gradient"]);
    assert_is(input_x_gradient(&model, inputs.clone(), &targets), &case["input_x_gradient"]);
    let baseline = inputs.clone().zeros_like().add_scalar(0.25);
    for steps in [50, 7] {
        let wanted = &case[format!("integrated_gradients_{steps}")];
        let settings = IntegratedGradients::default().steps(steps);
        let found = settings.explain(&model, inputs.clone(), baseline.clone(), &targets);
        // Captum has the places and their weights in f32.
        assert_close(&found.values.into_data(), &data(&wanted["values"]), 1e-6, 1e-7);
        assert_close(&TensorData::from(&found.delta[..]), &data(&wanted["delta"]), 1e-6, 1e-6);
    }
    for occlusion in case["occlusion"].as_array().unwrap() {
        let sizes = |name: &str| -> Vec<usize> {
            occlusion[name].as_array().unwrap().iter().map(|size| size.as_u64().unwrap() as usize).collect()
        };
        let settings = Occlusion::new(&sizes("window")).stride(&sizes("stride")).baseline(0.25);
        let found = settings.explain(&model, inputs.clone(), &targets).into_data();
        // Captum adds in f32.
        assert_close(&found, &data(&occlusion["values"]), 1e-6, 1e-7);
    }
    let all = data(&case["noise"]);
    let numbers: Vec<f64> = all.iter::<f64>().collect();
    let noise: Vec<Tensor<D>> = numbers
        .chunks(numbers.len() / 3)
        .map(|noise| Tensor::from_data(TensorData::new(noise.to_vec(), inputs.shape()), (device, DType::F64)))
        .collect();
    assert_is(mean_gradient(&model, &inputs, &targets, noise.into_iter()), &case["smooth_grad"]);
    // Without noise it is the gradient.
    let mut smooth = SmoothGrad::new(Seed::new(1));
    (smooth.samples, smooth.deviation) = (2, 0.0);
    assert_is(smooth.explain(&model, inputs, &targets), &case["gradient"]);
}

#[test]
fn a_perceptron_is_explained_as_by_captum() {
    if !computes_in(DType::F64) {
        return;
    }
    let (case, device) = (golden("mlp"), device().autodiff());
    let layers = ["0", "2", "4"].map(|name| linear(&case, name, &device));
    let model = |inputs: Tensor<2>| {
        let hidden = layers[0].forward(inputs).tanh();
        layers[2].forward(relu(layers[1].forward(hidden)))
    };
    check(&case, model, &device);
    let inputs = tensor(&case["inputs"], &device);
    let found = ablation(model, inputs, &[0..1, 1..4, 4..5], 0.25, &targets(&case));
    assert_is(found, &case["ablation"]);
}

#[test]
fn a_convolutional_network_is_explained_as_by_captum() {
    if !computes_in(DType::F64) {
        return;
    }
    let (case, device) = (golden("cnn"), device().autodiff());
    let (first, second) = (conv(&case, "0", 1, &device), conv(&case, "3", 0, &device));
    let last = linear(&case, "6", &device);
    let pool = MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
    let trunk = |inputs: Tensor<4>| relu(second.forward(pool.forward(relu(first.forward(inputs)))));
    let head = |maps: Tensor<4>| last.forward(maps.flatten(1, 3));
    check(&case, |inputs| head(trunk(inputs)), &device);
    let inputs = tensor(&case["inputs"], &device);
    assert_is(grad_cam(trunk, head, inputs, &targets(&case)), &case["grad_cam"]);
}

#[test]
fn other_weights_give_another_picture() {
    let device = device().autodiff();
    let seeded = |seed: u64| {
        let numbers: Vec<f32> = (0..12).map(|index| Seed::new(seed).normal(index) as f32).collect();
        Tensor::<2>::from_data(TensorData::new(numbers, [4, 3]), &device)
    };
    let inputs = Tensor::<2>::ones([1, 4], &device);
    let of = |seed: u64| {
        gradient(|inputs: Tensor<2>| inputs.matmul(seeded(seed)), inputs.clone(), &[1]).into_data()
    };
    assert_ne!(of(1), of(2));
    // An output that knows nothing of its inputs.
    let blind = gradient(
        |inputs: Tensor<2>| Tensor::<2>::ones([1, 3], &inputs.device()).require_grad(),
        inputs,
        &[0],
    );
    assert_eq!(blind.into_data().iter::<f32>().sum::<f32>(), 0.0);
}
