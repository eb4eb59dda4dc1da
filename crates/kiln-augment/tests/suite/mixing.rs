//! MixUp and CutMix against torchvision and timm with λ and the window's centre given, and the distribution of what is drawn.

use std::path::Path;

use burn::tensor::{Tensor, TensorData};
use kiln_augment::{AugmentError, MixConfig, Mixing, op};
use kiln_core::Seed;
use kiln_data::{InputShape, TargetNumbers};
use serde_json::Value;

use crate::common::{array, numbers};

fn floats(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|number| number as f32).collect()
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{what}: {found} is not {expected}");
    }
}

#[test]
fn mixed_batches_are_those_of_torchvision_and_timm() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/mixing.json");
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(golden["cases"].as_array().map(Vec::len), Some(12));
    for case in golden["cases"].as_array().unwrap() {
        let [items, channels, height, width] = array::<4>(&case["shape"]).map(|side| side as usize);
        let what = format!("{} {}", case["kind"], case["shape"]);
        let lambda = case["lambda"].as_f64().unwrap();
        let mixing = if case["kind"] == "cutmix" {
            let centre = array::<2>(&case["centre"]).map(|place| place as usize);
            let window = op::cut_window([height, width], lambda, centre);
            let lambda = 1.0 - (window[2] * window[3]) as f64 / (height * width) as f64;
            Mixing::CutMix { lambda, window }
        } else {
            Mixing::MixUp { lambda }
        };
        let mut mixed = floats(&case["inputs"]);
        mixing.inputs(&mut mixed, &InputShape::Images([channels, height, width]));
        assert_close(&mixed, &floats(&case["mixed"]), 1e-6, &what);

        let classes = numbers(&case["classes"]).into_iter().map(|class| class as i32).collect();
        let targets = mixing.targets(TargetNumbers::Classes { classes, count: 4 });
        let TargetNumbers::Values { values, width: 4 } = targets.clone() else { panic!("{what}") };
        assert_close(&values, &floats(&case["shares"]), 1e-6, &what);
        assert_eq!(values.len(), items * 4);
    }
}

#[test]
fn numbers_are_mixed_as_classes_are() {
    let mixing = Mixing::MixUp { lambda: 0.75 };
    let targets = TargetNumbers::Values { values: vec![0.0, 10.0, 4.0, 20.0], width: 2 };
    let expected = TargetNumbers::Values { values: vec![1.0, 12.5, 3.0, 17.5], width: 2 };
    assert_eq!(mixing.targets(targets), expected);
    // One item meets itself, none meets nobody.
    let alone = TargetNumbers::Values { values: vec![3.0], width: 1 };
    assert_eq!(mixing.targets(alone.clone()), alone);
    mixing.inputs(&mut [], &InputShape::Table(3));
}

/// The p-value of the Kolmogorov–Smirnov test that numbers have this cumulative distribution.
fn p_value(mut numbers: Vec<f64>, distribution: impl Fn(f64) -> f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let n = numbers.len() as f64;
    let gap = |(i, x): (usize, &f64)| {
        let share = distribution(*x);
        (share - i as f64 / n).max((i + 1) as f64 / n - share)
    };
    let x = numbers.iter().enumerate().map(gap).fold(0.0, f64::max) * (n.sqrt() + 0.12 + 0.11 / n.sqrt());
    let term = |k: i32| 2.0 * (-1.0_f64).powi(k - 1) * (-2.0 * f64::from(k * k) * x * x).exp();
    if x < 0.2 { 1.0 } else { (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0) }
}

fn lambdas(alpha: f64) -> Vec<f64> {
    let mix = MixConfig { mixup: alpha, ..MixConfig::default() }.build("mix").unwrap();
    let draw = |batch| mix.draw(&InputShape::Table(1), Seed::new(4).at(batch)).unwrap().lambda();
    (0..10_000).map(draw).collect()
}

#[test]
fn lambda_is_beta_distributed() {
    // Three α whose Beta(α, α) has a distribution in closed form.
    let arcsine = |x: f64| 2.0 / std::f64::consts::PI * x.sqrt().asin();
    let cases: [(f64, &dyn Fn(f64) -> f64); 3] =
        [(0.5, &arcsine), (1.0, &|x| x), (2.0, &|x| x * x * (3.0 - 2.0 * x))];
    for (alpha, distribution) in cases {
        let p = p_value(lambdas(alpha), distribution);
        assert!(p > 0.001, "alpha {alpha}: p = {p}");
    }
    assert!(p_value(lambdas(1.0), arcsine) < 0.001, "the test can fail");
    // For others, the variance: 1 / (4 (2α + 1)).
    for alpha in [0.1, 0.2, 0.8] {
        let found = lambdas(alpha).iter().map(|x| (x - 0.5).powi(2)).sum::<f64>() / 1e4;
        assert!((found - 0.25 / (2.0 * alpha + 1.0)).abs() < 0.005, "alpha {alpha}: {found}");
    }
}

#[test]
fn the_switch_and_the_chance_are_those_asked_for() {
    let config = MixConfig { mixup: 0.4, cutmix: 1.0, p: 0.8, switch: 0.25 };
    let mix = config.build("mix").unwrap();
    let shape = InputShape::Images([1, 8, 8]);
    let drawn: Vec<_> = (0..10_000).map(|batch| mix.draw(&shape, Seed::new(1).at(batch))).collect();
    let share = |count: usize| count as f64 / 1e4;
    let mixed = share(drawn.iter().flatten().count());
    let cut = share(drawn.iter().flatten().filter(|m| matches!(m, Mixing::CutMix { .. })).count());
    // Three standard deviations of a binomial of 10,000.
    assert!((mixed - 0.8).abs() < 0.012 && (cut - 0.2).abs() < 0.012, "{mixed}, {cut}");
}

#[test]
fn settings_out_of_range_are_named() {
    let error = |config: MixConfig| config.build("mix").unwrap_err();
    let good = MixConfig { mixup: 0.2, ..MixConfig::default() };
    assert!(good.build("mix").is_ok());
    let cases = [
        (MixConfig { mixup: -1.0, ..good.clone() }, "mix.mixup"),
        (MixConfig { cutmix: f64::NAN, ..good.clone() }, "mix.cutmix"),
        (MixConfig { p: 1.1, ..good.clone() }, "mix.p"),
        (MixConfig { switch: -0.1, ..good }, "mix.switch"),
    ];
    for (config, name) in cases {
        assert!(error(config).to_string().starts_with(name), "{name}");
    }
    assert_eq!(error(MixConfig::default()), AugmentError::NothingToMix { name: "mix".to_owned() });
}

#[test]
fn mixed_targets_reach_the_device() {
    let device = kiln_testkit::device();
    let shares = op::mix_targets(TargetNumbers::Classes { classes: vec![2, 0], count: 3 }, 0.75);
    let kiln_data::Targets::Values(shares) = shares.into_targets(&device) else { panic!("classes") };
    let expected = [[0.25, 0.0, 0.75], [0.75, 0.0, 0.25]];
    let expected = Tensor::<2>::from_data(TensorData::from(expected), &device);
    assert_eq!(shares.into_data(), expected.into_data());
}
