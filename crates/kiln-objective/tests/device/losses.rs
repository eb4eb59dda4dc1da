//! Losses and their gradients against PyTorch (`tests/golden/losses.py`).

use burn::tensor::{Int, Tensor, TensorData};
use kiln_data::Targets;
use kiln_objective::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    Loss, LossConfig, Plain, PoissonNllConfig, QuantileConfig, TargetKind,
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
                class_weights: class_weights.clone(),
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
            let config = HingeConfig { margin: margin.parse().unwrap(), squared };
            let power = if squared { 2 } else { 1 };
            let hinge = LossConfig::Hinge(config.clone()).build(TargetKind::Classes(2)).unwrap();
            assert!(hinge.is_binary());
            check(&golden, &format!("hinge/{margin}/{power}"), &hinge, "logit", "labels");
            let several = LossConfig::MultiMargin(config).build(TargetKind::Classes(5)).unwrap();
            check(&golden, &format!("multi-margin/{margin}/{power}"), &several, "logits", "classes");
        }
    }
}

#[test]
fn likelihoods_and_robust_losses_are_pytorchs() {
    let golden = Golden::open("losses");
    let build = |config: LossConfig| config.build(TargetKind::Values(3)).unwrap();
    check(&golden, "log-cosh", &build(LossConfig::LogCosh(Plain {})), "outputs", "values");
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
    assert_eq!(numbers(build(LossConfig::Mse(Plain {}), 2).predict(outputs())), [0.0, 1.0]);
}

#[test]
fn ignored_classes_are_pytorchs() {
    let golden = Golden::open("losses");
    for ignored in [2, -100] {
        for (name, class_weights) in [("plain", Vec::new()), ("weighted", golden.numbers("weights"))] {
            for smoothing in ["0.0", "0.1"] {
                let config = CrossEntropyConfig {
                    label_smoothing: smoothing.parse().unwrap(),
                    class_weights: class_weights.clone(),
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
    let cross = |class_weights| {
        let config = CrossEntropyConfig { class_weights, ..Default::default() };
        LossConfig::CrossEntropy(config).build(TargetKind::Classes(5)).unwrap()
    };
    let mse = LossConfig::Mse(Plain {}).build(TargetKind::Values(3)).unwrap();
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
            ignore_index: None,
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
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let binary = LossConfig::BinaryCrossEntropy(BinaryCrossEntropyConfig { pos_weight: bad });
        assert!(message(&binary, TargetKind::Classes(2)).starts_with("loss.pos_weight is"));
        let hinge = LossConfig::Hinge(HingeConfig { margin: bad, squared: false });
        assert!(message(&hinge, TargetKind::Classes(2)).starts_with("loss.margin is"));
        let gaussian = LossConfig::GaussianNll(GaussianNllConfig { full: false, eps: bad });
        assert!(message(&gaussian, TargetKind::Values(2)).starts_with("loss.eps is"));
    }
    for bad in [-0.1, 1.1, f64::NAN] {
        let focal = LossConfig::Focal(FocalConfig { gamma: 2.0, alpha: Some(bad) });
        assert!(message(&focal, TargetKind::Classes(2)).starts_with("loss.alpha is"));
        let quantile = LossConfig::Quantile(QuantileConfig { quantile: bad });
        assert!(message(&quantile, TargetKind::Values(2)).starts_with("loss.quantile is"));
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
        assert!(LossConfig::BinaryCrossEntropy(Default::default()).build(target).is_err());
    }
    for target in [classes, TargetKind::Values(2)] {
        assert!(LossConfig::default_for(target).build(target).is_ok());
    }
}

#[test]
fn binary_cross_entropy_takes_the_shares_of_both_classes() {
    let device = kiln_testkit::device();
    let tensor = |numbers: Vec<f32>, width: usize| {
        Tensor::<2>::from_data(TensorData::new(numbers, [3, width]), &device)
    };
    let loss = LossConfig::BinaryCrossEntropy(Default::default()).build(TargetKind::Classes(2)).unwrap();
    let value =
        |targets| loss.forward(tensor(vec![0.5, -1.0, 2.0], 1), &Targets::Values(targets)).into_data();
    let both = tensor(vec![0.25, 0.75, 1.0, 0.0, 0.5, 0.5], 2);
    assert_eq!(value(both), value(tensor(vec![0.75, 0.0, 0.5], 1)));
}

#[test]
fn multi_margin_takes_shares_of_classes() {
    let device = kiln_testkit::device();
    let loss = LossConfig::MultiMargin(Default::default()).build(TargetKind::Classes(3)).unwrap();
    let outputs = || Tensor::<2>::from_data([[0.5f32, -1.0, 2.0], [0.1, 0.2, -0.3]], &device);
    let of =
        |targets: Targets| loss.elements(outputs(), &targets).into_data().iter::<f64>().collect::<Vec<_>>();
    let classes = |classes: [i64; 2]| of(Targets::Classes(Tensor::<1, Int>::from_data(classes, &device)));
    let shares = |shares: [[f32; 3]; 2]| of(Targets::Values(Tensor::from_data(shares, &device)));
    let (first, second) = (classes([0, 2]), classes([1, 0]));
    // All of one class is that class; halves are the mean of both.
    assert_eq!(shares([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), first);
    for (half, (first, second)) in
        shares([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]).iter().zip(first.iter().zip(&second))
    {
        assert!((half - (first + second) / 2.0).abs() < 1e-6, "{half}");
    }
}
