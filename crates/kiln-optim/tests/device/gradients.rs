//! What is done to gradients, against timm and PyTorch (`tests/golden/gradients.py`).

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor};
use kiln_core::{ParamInfo, Seed, Weights, params};
use kiln_optim::{
    AdamConfig, AdamwConfig, Gradients, OptimConfig, Optimizer, ScheduleConfig, SgdConfig, adaptive_clip,
    add_noise, centralize, noise_deviation,
};
use kiln_testkit::device;

use crate::common::{assert_close, expected, numbers, precisions};

#[derive(Module, Debug)]
struct Layers {
    matrix: Param<Tensor<2>>,
    filter: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
}

fn golden() -> Weights {
    kiln_testkit::golden("gradients")
}

fn tensor<const D: usize>(golden: &Weights, name: &str, dtype: DType) -> Tensor<D> {
    Tensor::from_data(golden.get(name).unwrap().clone().convert_dtype(dtype), (&device(), dtype))
}

/// Each parameter with its weight and gradient, flat.
fn layers(dtype: DType) -> Vec<(ParamInfo, Tensor<1>, Tensor<1>)> {
    let golden = golden();
    let model = Layers {
        matrix: Param::from_tensor(tensor(&golden, "matrix/weight", dtype)),
        filter: Param::from_tensor(tensor(&golden, "filter/weight", dtype)),
        bias: Param::from_tensor(tensor(&golden, "bias/weight", dtype)),
    };
    let mut all = Vec::new();
    params::for_each(&model, |info, weight| {
        let gradient = golden.get(&format!("{}/gradient", info.path)).unwrap().clone();
        let gradient = Tensor::<1>::from_data(
            burn::tensor::TensorData::new(gradient.iter::<f64>().collect(), [gradient.num_elements()])
                .convert_dtype(dtype),
            (&device(), dtype),
        );
        all.push((info.clone(), weight, gradient));
    });
    assert_eq!(all.len(), 3);
    all
}

#[test]
fn adaptive_clipping_is_timms() {
    let golden = golden();
    for (dtype, _) in precisions() {
        let tolerance = if dtype == DType::F64 { 1e-12 } else { 1e-6 };
        for (factor, eps) in [(0.01, 1e-3), (0.5, 2.0)] {
            for (info, weight, gradient) in layers(dtype) {
                let found = adaptive_clip(&info, gradient.clone(), &weight, factor, eps);
                let what = format!("{}/adaptive/{factor}", info.path);
                assert_close(&numbers(found.clone()), &expected(&golden, &what), tolerance, &what);
            }
        }
        // Some units are clipped, some are not.
        let (info, weight, gradient) = layers(dtype).swap_remove(0);
        let clipped = adaptive_clip(&info, gradient.clone(), &weight, 0.5, 2.0);
        let kept = numbers(clipped).iter().zip(numbers(gradient)).filter(|(a, b)| *a == b).count();
        assert!(kept > 0 && kept < 28, "{kept}");
    }
}

#[test]
fn clipping_each_parameter_and_centralisation_are_pytorchs() {
    let golden = golden();
    for (dtype, _) in precisions() {
        let tolerance = if dtype == DType::F64 { 1e-12 } else { 1e-6 };
        let mut gradients = Gradients::default();
        for (info, _, gradient) in layers(dtype) {
            gradients.insert(info.id, gradient.clone());
            let what = format!("{}/centralized", info.path);
            assert_close(&numbers(centralize(&info, gradient)), &expected(&golden, &what), tolerance, &what);
        }
        let clipped = gradients.clip_param_norm(0.5);
        for ((_, found), (info, ..)) in clipped.iter().zip(layers(dtype)) {
            let what = format!("{}/param_norm", info.path);
            assert_close(&numbers(found.clone()), &expected(&golden, &what), tolerance, &what);
        }
    }
}

#[test]
fn noise_is_normal_and_a_function_of_the_seed() {
    let zeros = || Tensor::<1>::zeros([100_000], &device());
    let noise = numbers(add_noise(zeros(), Seed::new(1), 0.5));
    let n = noise.len() as f64;
    let mean = noise.iter().sum::<f64>() / n;
    let moment = |k: i32| noise.iter().map(|x| ((x - mean) / 0.5).powi(k)).sum::<f64>() / n;
    // Within five standard errors of the moments of a normal distribution.
    assert!(mean.abs() < 5.0 * 0.5 / n.sqrt(), "{mean}");
    assert!((moment(2) - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{}", moment(2));
    assert!(moment(3).abs() < 5.0 * (15.0 / n).sqrt(), "{}", moment(3));
    assert!((moment(4) - 3.0).abs() < 5.0 * (96.0 / n).sqrt(), "{}", moment(4));
    assert_eq!(noise, numbers(add_noise(zeros(), Seed::new(1), 0.5)));
    assert_ne!(noise, numbers(add_noise(zeros(), Seed::new(2), 0.5)));
    // Equation 1 of Neelakantan et al. 2015.
    assert_eq!(noise_deviation(0.3, 0.55, 0), 0.3_f64.sqrt());
    assert!((noise_deviation(0.3, 0.55, 99) - (0.3 / 100.0_f64.powf(0.55)).sqrt()).abs() < 1e-15);
}

#[derive(Module, Debug)]
struct Point {
    weight: Param<Tensor<1>>,
}

#[test]
fn momentum_and_weight_decay_follow_their_schedules_as_in_pytorch() {
    let golden = golden();
    let section = |value| -> ScheduleConfig { serde_json::from_value(value).unwrap() };
    let cycle = section(serde_json::json!({
        "kind": "one-cycle", "cycle_momentum": true, "base_momentum": 0.6, "max_momentum": 0.95
    }));
    let falling = section(serde_json::json!({ "kind": "linear" }));
    let (lr, weight_decay) = (0.1, 0.05);
    for (name, config) in [
        ("sgd", OptimConfig::Sgd(SgdConfig { lr, momentum: 0.9, weight_decay, ..Default::default() })),
        ("adam", OptimConfig::Adam(AdamConfig { lr, weight_decay, ..Default::default() })),
        ("adamw", OptimConfig::Adamw(AdamwConfig { lr, weight_decay, ..Default::default() })),
    ] {
        let rate = cycle.build(lr, 10, 100).unwrap();
        let decay = config.schedule_weight_decay(&falling, 10, 100).unwrap();
        for (dtype, tolerance) in precisions() {
            let device = device().autodiff();
            let start = golden.get("start").unwrap().clone().convert_dtype(dtype);
            let curvature = golden.get("curvature").unwrap().clone().convert_dtype(dtype);
            let curvature = Tensor::<1>::from_data(curvature, (&device, dtype));
            let mut model = Point { weight: Param::from_tensor(Tensor::from_data(start, (&device, dtype))) };
            let mut optimizer = Optimizer::new(&config).unwrap();
            for step in 0..100 {
                let off = model.weight.val().sub_scalar(3.0).square();
                let loss = curvature.clone().mul(off).sum().mul_scalar(0.5);
                let gradients = Gradients::of(loss.backward(), &model);
                optimizer.set_momentum(rate.momentum_at(step).unwrap()).unwrap();
                optimizer.set_weight_decay(decay.at(step)).unwrap();
                model = optimizer.step(model, gradients, rate.at(step), |_, weight, _| weight);
                if [10, 50, 100].contains(&(step + 1)) {
                    let what = format!("scheduled/{name}/{}", step + 1);
                    let found = numbers(model.weight.val());
                    assert_close(&found, &expected(&golden, &what), 10.0 * tolerance, &what);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_set_is_refused() {
    let mut optimizer = Optimizer::new(&OptimConfig::Sgd(SgdConfig::default())).unwrap();
    let error = optimizer.set_momentum(1.0).unwrap_err();
    assert_eq!(error.to_string(), "optim.momentum is 1, it must be at least 0 and less than 1");
    assert!(optimizer.set_weight_decay(f64::NAN).is_err());
}
