//! Losses and their gradients against PyTorch (`tests/golden/losses.py`).

use burn::tensor::{Tensor, TensorData};
use kiln_data::Targets;
use kiln_objective::{CrossEntropyConfig, HuberConfig, Loss, LossConfig, Plain, TargetKind};
use kiln_testkit::device;

use crate::common::{Golden, assert_close, numbers, precisions};

/// Value and gradient of `loss` at the golden tensor `inputs` in every precision, against the golden `case`.
fn check(golden: &Golden, case: &str, loss: &Loss, inputs: &str, targets: &str) {
    for (dtype, tolerance) in precisions() {
        let device = device().autodiff();
        let outputs = golden.tensor::<2>(inputs, dtype, &device).require_grad();
        let targets = match targets {
            "classes" | "labels" => Targets::Classes(golden.classes(targets, &device)),
            _ => Targets::Values(golden.tensor(targets, dtype, &device)),
        };
        let value = loss.forward(outputs.clone(), &targets);
        assert_eq!((value.dims(), value.dtype()), ([1], dtype), "{case}");
        let gradient = outputs.grad(&value.backward()).unwrap();
        let expected = |part: &str| golden.numbers(&format!("{case}/{part}"));
        assert_close(&numbers(value), &expected("value"), tolerance, &format!("{case}/value, {dtype:?}"));
        let what = format!("{case}/gradient, {dtype:?}");
        assert_close(&numbers(gradient), &expected("gradient"), tolerance, &what);
    }
}

#[test]
fn cross_entropy_is_pytorchs() {
    let golden = Golden::open("losses");
    for (name, class_weights) in [("plain", Vec::new()), ("weighted", golden.numbers("weights"))] {
        for smoothing in ["0.0", "0.1", "1.0"] {
            let label_smoothing = smoothing.parse().unwrap();
            let config = CrossEntropyConfig { label_smoothing, class_weights: class_weights.clone() };
            let loss = LossConfig::CrossEntropy(config).build(TargetKind::Classes(5)).unwrap();
            assert_eq!(loss.outputs(), 5);
            let case = format!("cross-entropy/{name}/{smoothing}");
            check(&golden, &case, &loss, "logits", "classes");
            check(&golden, &format!("{case}/huge"), &loss, "huge", "classes");
            check(&golden, &format!("{case}/shares"), &loss, "logits", "shares");
        }
    }
}

#[test]
fn binary_cross_entropy_is_pytorchs() {
    let golden = Golden::open("losses");
    let build = |target| LossConfig::BinaryCrossEntropy(Plain {}).build(target).unwrap();
    assert_eq!(build(TargetKind::Classes(2)).outputs(), 1);
    assert!(build(TargetKind::Classes(2)).is_binary());
    check(&golden, "binary/labels", &build(TargetKind::Classes(2)), "logit", "labels");
    check(&golden, "binary/soft", &build(TargetKind::Values(1)), "logit", "soft");
}

#[test]
fn losses_for_numbers_are_pytorchs() {
    let golden = Golden::open("losses");
    let huber = |delta| LossConfig::Huber(HuberConfig { delta });
    for (case, config) in [
        ("mse", LossConfig::Mse(Plain {})),
        ("mae", LossConfig::Mae(Plain {})),
        ("huber/1.0", huber(1.0)),
        ("huber/0.3", huber(0.3)),
    ] {
        let loss = config.build(TargetKind::Values(3)).unwrap();
        assert_eq!(loss.outputs(), 3);
        assert!(!loss.is_binary());
        check(&golden, case, &loss, "outputs", "values");
    }
}

#[test]
fn classes_count_as_numbers_where_numbers_are_wanted() {
    let device = device();
    let loss = LossConfig::Mse(Plain {}).build(TargetKind::Values(1)).unwrap();
    let outputs = Tensor::<2>::from_data([[1.0], [5.0]], &device);
    let classes = Targets::Classes(Tensor::from_data(TensorData::from([1, 3]), &device));
    assert_eq!(numbers(loss.forward(outputs, &classes)), [2.0]);
}

#[test]
fn settings_that_do_not_fit_are_refused_with_their_key() {
    let message = |config: &LossConfig, target| config.build(target).unwrap_err().to_string();
    let cross = |label_smoothing, class_weights: &[f64]| {
        LossConfig::CrossEntropy(CrossEntropyConfig {
            label_smoothing,
            class_weights: class_weights.to_vec(),
        })
    };
    let classes = TargetKind::Classes(3);
    assert_eq!(
        message(&cross(0.0, &[1.0, 2.0]), classes),
        "loss.class_weights has 2 entries, the target has 3 classes"
    );
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let found = message(&cross(0.0, &[1.0, bad, 1.0]), classes);
        assert_eq!(found, format!("loss.class_weights[1] is {bad}, it must be greater than 0"));
        let huber = LossConfig::Huber(HuberConfig { delta: bad });
        assert!(message(&huber, TargetKind::Values(1)).starts_with("loss.delta is"));
    }
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(message(&cross(bad, &[]), classes).starts_with("loss.label_smoothing is"));
    }
    assert_eq!(
        message(&cross(0.0, &[]), TargetKind::Values(1)),
        "the loss cross-entropy does not fit the target, which is a number"
    );
    assert_eq!(
        message(&LossConfig::Mae(Plain {}), classes),
        "the loss mae does not fit the target, which is one of 3 classes"
    );
    for target in [classes, TargetKind::Values(2)] {
        assert!(LossConfig::BinaryCrossEntropy(Plain {}).build(target).is_err());
    }
    for target in [classes, TargetKind::Values(2)] {
        assert!(LossConfig::default_for(target).build(target).is_ok());
    }
}
