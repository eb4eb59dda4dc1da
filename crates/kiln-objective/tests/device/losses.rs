//! Losses and their gradients against PyTorch (`tests/golden/losses.py`).

use burn::tensor::{Tensor, TensorData};
use kiln_data::Targets;
use kiln_objective::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    LogCoshConfig, Loss, LossConfig, MaeConfig, MseConfig, MultiMarginConfig, PoissonNllConfig,
    QuantileConfig, TargetKind,
};
use kiln_testkit::device;

use crate::common::{Golden, assert_close, numbers, precisions};

/// Value and gradient of `loss` at the golden tensor `inputs` in every precision, against the golden `case`.
pub(crate) fn check(golden: &Golden, case: &str, loss: &Loss, inputs: &str, targets: &str) {
    for (dtype, tolerance) in precisions() {
        let device = device().autodiff();
        let outputs = golden.tensor::<2>(inputs, dtype, &device).require_grad();
        let targets = match targets {
            "classes" | "labels" | "ignored/2" | "ignored/-100" => {
                Targets::Classes(golden.classes(targets, &device))
            }
            _ => Targets::Values(golden.tensor(targets, dtype, &device)),
        };
        if golden.has(&format!("{case}/none")) {
            let (all, one) =
                (loss.elements(outputs.clone(), &targets), loss.totals(outputs.clone(), &targets, None).0);
            let expected = golden.numbers(&format!("{case}/none"));
            assert_close(
                &numbers(all.clone().inner()),
                &expected,
                tolerance,
                &format!("{case}/none, {dtype:?}"),
            );
            let sum = expected.iter().sum::<f64>() / all.dims()[1] as f64;
            assert_close(&numbers(one.inner()), &[sum], tolerance, &format!("{case}/sum, {dtype:?}"));
        }
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
            let config = CrossEntropyConfig {
                label_smoothing,
                class_weights: class_weights.clone().into(),
                ignore_index: None,
            };
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
    let build = |target| LossConfig::BinaryCrossEntropy(Default::default()).build(target).unwrap();
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
        ("mse", LossConfig::Mse(MseConfig {})),
        ("mae", LossConfig::Mae(MaeConfig {})),
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
fn weights_of_the_positive_class_are_pytorchs() {
    let golden = Golden::open("losses");
    for weight in ["0.25", "3.0"] {
        let config = BinaryCrossEntropyConfig { pos_weight: weight.parse().unwrap() };
        let loss = |target| LossConfig::BinaryCrossEntropy(config.clone()).build(target).unwrap();
        let case = format!("binary/pos-weight/{weight}");
        check(&golden, &format!("{case}/labels"), &loss(TargetKind::Classes(2)), "logit", "labels");
        check(&golden, &format!("{case}/soft"), &loss(TargetKind::Values(1)), "logit", "soft");
    }
}

#[test]
fn focal_and_margin_losses_are_pytorchs() {
    let golden = Golden::open("losses");
    for gamma in ["0.0", "0.5", "2.0", "5.0"] {
        for (name, alpha) in [("-1.0", None), ("0.25", Some(0.25))] {
            let config = LossConfig::Focal(FocalConfig { gamma: gamma.parse().unwrap(), alpha });
            let case = format!("focal/{gamma}/{name}");
            let loss = |target| config.build(target).unwrap();
            check(&golden, &format!("{case}/labels"), &loss(TargetKind::Classes(2)), "mild", "labels");
            check(&golden, &format!("{case}/soft"), &loss(TargetKind::Values(1)), "mild", "soft");
        }
    }
    for margin in ["1.0", "0.5"] {
        for squared in [false, true] {
            let margin_number = margin.parse().unwrap();
            let power = if squared { 2 } else { 1 };
            let hinge = LossConfig::Hinge(HingeConfig { margin: margin_number, squared })
                .build(TargetKind::Classes(2))
                .unwrap();
            assert!(hinge.is_binary());
            check(&golden, &format!("hinge/{margin}/{power}"), &hinge, "logit", "labels");
            let several = MultiMarginConfig { margin: margin_number, squared };
            let several = LossConfig::MultiMargin(several).build(TargetKind::Classes(5)).unwrap();
            check(&golden, &format!("multi-margin/{margin}/{power}"), &several, "logits", "classes");
        }
    }
}

#[test]
fn likelihoods_and_robust_losses_are_pytorchs() {
    let golden = Golden::open("losses");
    let build = |config: LossConfig| config.build(TargetKind::Values(3)).unwrap();
    check(&golden, "log-cosh", &build(LossConfig::LogCosh(LogCoshConfig {})), "outputs", "values");
    for q in ["0.1", "0.5", "0.9"] {
        let loss = build(LossConfig::Quantile(QuantileConfig { quantile: q.parse().unwrap() }));
        check(&golden, &format!("quantile/{q}"), &loss, "outputs", "values");
    }
    for full in [false, true] {
        let poisson = build(LossConfig::PoissonNll(PoissonNllConfig { full }));
        check(&golden, &format!("poisson/{full}"), &poisson, "outputs", "counts");
        let gaussian = build(LossConfig::GaussianNll(GaussianNllConfig { full, eps: 1e-6 }));
        assert_eq!((gaussian.outputs(), gaussian.predictions()), (6, 3));
        check(&golden, &format!("gaussian/{full}"), &gaussian, &format!("pair/{full}"), "values");
    }
}

#[test]
fn predictions_are_in_the_units_of_the_target() {
    let device = device();
    let build = |config: LossConfig, columns| config.build(TargetKind::Values(columns)).unwrap();
    let outputs = || Tensor::<2>::from_data([[0.0, 1.0]], &device);
    let rates = build(LossConfig::PoissonNll(Default::default()), 2).predict(outputs());
    assert_close(&numbers(rates), &[1.0, std::f64::consts::E], 1e-6, "rates");
    let means = build(LossConfig::GaussianNll(Default::default()), 1).predict(outputs());
    assert_eq!(numbers(means), [0.0]);
    assert_eq!(numbers(build(LossConfig::Mse(MseConfig {}), 2).predict(outputs())), [0.0, 1.0]);
}

#[test]
fn ignored_classes_are_pytorchs() {
    let golden = Golden::open("losses");
    for ignored in [2, -100] {
        for (name, class_weights) in [("plain", Vec::new()), ("weighted", golden.numbers("weights"))] {
            for smoothing in ["0.0", "0.1"] {
                let config = CrossEntropyConfig {
                    label_smoothing: smoothing.parse().unwrap(),
                    class_weights: class_weights.clone().into(),
                    ignore_index: Some(ignored),
                };
                let loss = LossConfig::CrossEntropy(config).build(TargetKind::Classes(5)).unwrap();
                let case = format!("ignore/{ignored}/{name}/{smoothing}");
                check(&golden, &case, &loss, "logits", &format!("ignored/{ignored}"));
            }
        }
    }
    // PyTorch says NaN here.
    let config = CrossEntropyConfig { ignore_index: Some(1), ..Default::default() };
    let loss = LossConfig::CrossEntropy(config).build(TargetKind::Classes(2)).unwrap();
    let classes = Targets::Classes(Tensor::from_data(TensorData::from([1, 1]), &device()));
    assert_eq!(numbers(loss.forward(Tensor::zeros([2, 2], &device()), &classes)), [0.0]);
    // Nor does a large weight of an item make anything of it on the way back.
    let device = device().autodiff();
    let logits = Tensor::<2>::zeros([2, 2], &device).require_grad();
    let classes = Targets::Classes(Tensor::from_data(TensorData::from([1, 1]), &device));
    let weights = Tensor::<1>::from_floats([20.0, 1.0], &device);
    let value = loss.weighted(logits.clone(), &classes, Some(&weights));
    assert_eq!(numbers(logits.grad(&value.backward()).unwrap()), [0.0; 4]);
}

#[test]
fn weights_of_items_are_scikit_learns() {
    let golden = Golden::open("losses");
    let cross = |class_weights: Vec<f64>| {
        let config = CrossEntropyConfig { class_weights: class_weights.into(), ..Default::default() };
        LossConfig::CrossEntropy(config).build(TargetKind::Classes(5)).unwrap()
    };
    let mse = LossConfig::Mse(MseConfig {}).build(TargetKind::Values(3)).unwrap();
    for (case, loss, inputs, targets) in [
        ("mse", mse, "outputs", "values"),
        ("cross-entropy", cross(Vec::new()), "logits", "classes"),
        ("cross-entropy/classes", cross(golden.numbers("weights")), "logits", "classes"),
    ] {
        for (dtype, tolerance) in precisions() {
            let device = device().autodiff();
            let outputs = golden.tensor::<2>(inputs, dtype, &device).require_grad();
            let targets = match targets {
                "classes" => Targets::Classes(golden.classes(targets, &device)),
                _ => Targets::Values(golden.tensor(targets, dtype, &device)),
            };
            let weights = golden.tensor::<1>("sample_weights", dtype, &device);
            let value = loss.weighted(outputs.clone(), &targets, Some(&weights));
            let gradient = outputs.grad(&value.backward()).unwrap();
            let expected = |part: &str| golden.numbers(&format!("weighted/{case}/{part}"));
            assert_close(&numbers(value.inner()), &expected("value"), tolerance, case);
            assert_close(&numbers(gradient), &expected("gradient"), tolerance, case);
            // Batch by batch, and divided once.
            let (mut sum, mut weight) = (0.0, 0.0);
            for part in [0..5, 5..12] {
                let indices: Vec<i64> = part.collect();
                let rows = Tensor::<1, burn::tensor::Int>::from_data(indices.as_slice(), &device);
                let targets = match &targets {
                    Targets::Classes(classes) => Targets::Classes(classes.clone().select(0, rows.clone())),
                    other => Targets::Values(other.numbers().select(0, rows.clone())),
                };
                let outputs = outputs.clone().select(0, rows.clone());
                let (a, b) = loss.totals(outputs, &targets, Some(&weights.clone().select(0, rows)));
                sum += numbers(a.inner())[0];
                weight += numbers(b.inner())[0];
            }
            assert_close(&[sum / weight], &expected("value"), tolerance, case);
        }
    }
}
