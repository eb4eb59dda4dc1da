//! Gradients of losses and penalties against central differences, in f64 where the device has it.

use burn::tensor::{DType, Tensor};
use kiln_data::Targets;
use kiln_objective::{CrossEntropyConfig, HuberConfig, LossConfig, MaeConfig, MseConfig, TargetKind};
use kiln_testkit::{computes_in, device};

use crate::common::{Golden, assert_close, numbers};

const H: f64 = 1e-5;

/// The gradient of `value` at `at`, element by element.
fn differences(at: &[f64], value: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let moved = |i: usize, by: f64| {
        let mut at = at.to_vec();
        at[i] += by;
        value(&at)
    };
    (0..at.len()).map(|i| (moved(i, H) - moved(i, -H)) / (2.0 * H)).collect()
}

#[test]
fn losses() {
    if !computes_in(DType::F64) {
        return;
    }
    let device = device().autodiff();
    let golden = Golden::open("losses");
    let cross = |label_smoothing, class_weights: Vec<f64>| {
        let class_weights = class_weights.into();
        LossConfig::CrossEntropy(CrossEntropyConfig { label_smoothing, class_weights, ignore_index: None })
    };
    let (classes, numbers_3) = (TargetKind::Classes(5), TargetKind::Values(3));
    let cases = [
        (cross(0.0, Vec::new()), classes, "logits", "classes"),
        (cross(0.2, golden.numbers("weights")), classes, "logits", "classes"),
        (LossConfig::BinaryCrossEntropy(Default::default()), TargetKind::Classes(2), "logit", "labels"),
        (LossConfig::BinaryCrossEntropy(Default::default()), TargetKind::Values(1), "logit", "soft"),
        (LossConfig::Mse(MseConfig {}), numbers_3, "outputs", "values"),
        (LossConfig::Mae(MaeConfig {}), numbers_3, "outputs", "values"),
        (LossConfig::Huber(HuberConfig { delta: 0.7 }), numbers_3, "outputs", "values"),
    ];
    for (config, target, inputs, targets) in cases {
        let loss = config.build(target).unwrap();
        let targets = match targets {
            "classes" | "labels" => Targets::Classes(golden.classes(targets, &device)),
            _ => Targets::Values(golden.tensor(targets, DType::F64, &device)),
        };
        let shape = golden.data(inputs).shape().clone();
        let at =
            |flat: &[f64]| Tensor::<1>::from_data(flat, (&device, DType::F64)).reshape::<2, _>(shape.clone());
        let inputs = golden.numbers(inputs);
        let expected = differences(&inputs, |flat| numbers(loss.forward(at(flat), &targets))[0]);
        let leaf = at(&inputs).require_grad();
        let found = leaf.grad(&loss.forward(leaf.clone(), &targets).backward()).unwrap();
        assert_close(&numbers(found), &expected, 1e-9, config.name());
    }
}
