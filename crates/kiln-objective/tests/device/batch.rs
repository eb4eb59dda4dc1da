//! Penalties on what a batch does, against double backward in PyTorch (`tests/golden/penalties.py`).

use burn::tensor::{DType, Device, Tensor};
use kiln_core::Seed;
use kiln_data::Targets;
use kiln_objective::{
    Activity, ActivityConfig, ActivityNorm, BatchPenalties, BatchView, InputGradient, Jacobian, Loss,
    LossConfig, PenaltyConfig, TargetKind,
};
use kiln_testkit::{computes_in, device, device_name, gradient_check};

use crate::common::{Golden, assert_close, numbers};

const STRENGTH: f64 = 0.3;

/// The network of the golden file: tanh(x · hidden) · output.
struct Net {
    x: Tensor<2>,
    labels: Targets,
    hidden: Tensor<2>,
    output: Tensor<2>,
    loss: Loss,
}

impl Net {
    fn new(golden: &Golden, dtype: DType, device: &Device) -> Self {
        let leaf = |name| golden.tensor::<2>(name, dtype, device).require_grad();
        let labels = Targets::Classes(golden.classes("labels", device));
        let target = TargetKind::Classes(3);
        Self {
            x: golden.tensor("x", dtype, device),
            labels,
            hidden: leaf("hidden"),
            output: leaf("output"),
            loss: LossConfig::default_for(target).build(target).unwrap(),
        }
    }

    fn activity(&self, inputs: Tensor<2>) -> Tensor<2> {
        inputs.matmul(self.hidden.clone()).tanh()
    }

    /// A penalty and its gradients against the golden ones of this name.
    fn check(&self, golden: &Golden, name: &str, value: Tensor<1>, tolerance: f64) {
        let found = numbers(value.clone().inner());
        assert_close(&found, &golden.numbers(&format!("{name}/value")), tolerance, name);
        let gradients = value.backward();
        for (parameter, leaf) in [("hidden", &self.hidden), ("output", &self.output)] {
            let key = format!("{name}/{parameter}");
            match leaf.grad(&gradients) {
                Some(slope) => assert_close(&numbers(slope), &golden.numbers(&key), tolerance, &key),
                None => assert!(!golden.has(&key), "{key}: no gradient"),
            }
        }
    }
}

impl BatchView for Net {
    fn outputs(&self, inputs: Tensor<2>) -> Tensor<2> {
        self.activity(inputs).matmul(self.output.clone())
    }

    fn loss(&self, inputs: Tensor<2>) -> Tensor<1> {
        self.loss.weighted(self.outputs(inputs), &self.labels, None)
    }

    fn inputs(&self) -> Tensor<2> {
        self.x.clone()
    }
}

/// The types the device under test has, and how exact differences are in them.
fn precisions() -> Vec<(DType, f64, f64)> {
    let all = [(DType::F64, 1e-4, 1e-7), (DType::F32, 1e-2, 2e-3)];
    all.into_iter().filter(|(dtype, ..)| computes_in(*dtype)).collect()
}

#[test]
fn input_gradients_are_those_of_double_backward() {
    let golden = Golden::open("penalties");
    for (dtype, step, tolerance) in precisions() {
        let net = Net::new(&golden, dtype, &device().autodiff());
        let penalty = InputGradient { strength: STRENGTH, step };
        net.check(&golden, "input-gradient", penalty.value(|x| net.loss(x), net.inputs()), tolerance);
    }
}

#[test]
fn the_jacobian_is_met_in_the_mean_over_directions() {
    let golden = Golden::open("penalties");
    let Some((dtype, step, _)) = precisions().into_iter().next() else { return };
    let net = Net::new(&golden, dtype, &device().autodiff());
    let penalty = Jacobian { strength: STRENGTH, step };
    let draws = if device_name().is_cpu() { 2000 } else { 100 };
    let mut samples = vec![Vec::new(); 3];
    for draw in 0..draws {
        let value = penalty.value(|x| net.outputs(x), net.inputs(), Seed::new(draw));
        samples[0].push(numbers(value.clone().inner()));
        let gradients = value.backward();
        samples[1].push(numbers(net.hidden.grad(&gradients).unwrap()));
        samples[2].push(numbers(net.output.grad(&gradients).unwrap()));
    }
    for (name, samples) in ["value", "hidden", "output"].iter().zip(samples) {
        let expected = golden.numbers(&format!("jacobian/{name}"));
        for (i, expected) in expected.iter().enumerate() {
            let n = draws as f64;
            let mean = samples.iter().map(|sample| sample[i]).sum::<f64>() / n;
            let variance = samples.iter().map(|sample| (sample[i] - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let error = (variance / n).sqrt();
            assert!((mean - expected).abs() < 5.0 * error, "{name}[{i}]: {mean} ± {error}, not {expected}");
        }
    }
}

#[test]
fn the_jacobian_penalty_has_the_gradient_of_its_value() {
    let golden = Golden::open("penalties");
    let at = golden.numbers("hidden");
    let penalty = Jacobian { strength: STRENGTH, step: 0.1 };
    gradient_check(
        |hidden| {
            let fixed = |name| golden.tensor::<2>(name, DType::F64, &hidden.device());
            let (x, output) = (fixed("x"), fixed("output"));
            let hidden = hidden.clone().reshape::<2, _>([4, 5]);
            let outputs = |x: Tensor<2>| x.matmul(hidden.clone()).tanh().matmul(output.clone());
            penalty.value(outputs, x, Seed::new(3))
        },
        &at,
        1e-6,
    );
}

#[test]
fn activities_are_summed_over_outputs_and_averaged_over_items() {
    let golden = Golden::open("penalties");
    for (dtype, tolerance) in crate::common::precisions() {
        let net = Net::new(&golden, dtype, &device().autodiff());
        for (name, norm) in [("activity-l1", ActivityNorm::L1), ("activity-l2", ActivityNorm::L2)] {
            let penalty = Activity { strength: STRENGTH, norm, layers: Vec::new() };
            net.check(&golden, name, penalty.value(net.activity(net.inputs())), tolerance);
        }
    }
}

fn activity(layers: &[&str]) -> PenaltyConfig {
    let layers = layers.iter().map(|layer| (*layer).to_owned()).collect();
    PenaltyConfig::Activity(ActivityConfig { strength: 1.0, norm: ActivityNorm::L1, layers, schedule: None })
}

#[test]
fn layers_are_found_by_path() {
    let there = ["blocks.0".to_owned(), "blocks.1".to_owned(), "layers.0".to_owned()];
    let outputs = Tensor::<2>::from_data([[1.0, -2.0], [0.0, 4.0]], &device());
    let penalties = BatchPenalties::new(&[activity(&["blocks"]), activity(&["blocks.1"])]).unwrap();
    penalties.check(&there).unwrap();
    let of = |layer| penalties.observe(layer, &outputs).map(|value| numbers(value)[0]);
    assert_eq!([of("blocks.0"), of("blocks.1"), of("layers.0")], [Some(3.5), Some(7.0), None]);
    for (layers, wanted) in [(&["block"][..], "\"block\""), (&["blocks", "layers.1"], "\"layers.1\"")] {
        let error = BatchPenalties::new(&[activity(layers)]).unwrap().check(&there).unwrap_err();
        assert!(error.to_string().ends_with(&format!("matches {wanted}")), "{error}");
    }
    let error = BatchPenalties::new(&[activity(&[])]).unwrap().check(&[]).unwrap_err();
    assert!(error.to_string().ends_with("matches any path"), "{error}");
}

#[test]
fn strengths_and_steps_are_checked() {
    for (text, key) in [
        ("kind = \"jacobian\"\nstrength = -1.0", "penalty.0.strength"),
        ("kind = \"jacobian\"\nstrength = 1.0\nstep = 0.0", "penalty.0.step"),
        ("kind = \"input-gradient\"\nstrength = 1.0\nstep = -1.0", "penalty.0.step"),
    ] {
        let error = BatchPenalties::new(&[toml::from_str(text).unwrap()]).unwrap_err();
        assert_eq!(error.name, key);
    }
}
