//! `train.precision`: the same accuracy in 16 bits as in 32, on the devices that have them; an error with its remedy on the others.

use burn::tensor::DType;
use kiln::prelude::*;
use kiln::train::PrecisionConfig;
use kiln_testkit::{device, device_name, few};

use crate::common::{Place, exact, json, metrics, train};

const LOWER: [(&str, DType); 2] = [("bf16", DType::BF16), ("f16", DType::F16)];

/// The precisions that the device under test has.
fn here() -> impl Iterator<Item = &'static str> {
    LOWER.into_iter().filter(|(_, dtype)| device().supports_dtype(*dtype)).map(|(name, _)| name)
}

const MLP: &str = "digits model.hidden=[32] model.norm=batch train.epochs=4 train.batch_size=64";
const CNN: &str = "digits model.kind=cnn model.channels=[8] model.hidden=[16] train.epochs=3 train.batch_size=32 optim.lr=5e-3";

/// The accuracy of three seeds.
fn accuracies(set: &str, precision: &str) -> Vec<f64> {
    let of = |seed: usize| {
        let end = train(&Place::new(), &format!("{set} train.precision={precision} --seed {seed}"));
        end["test"]["accuracy"].as_f64().unwrap()
    };
    (0..3).map(of).collect()
}

/// The same mean, but for the spread over the seeds.
fn agrees(set: &str, full: &[f64], precision: &str) {
    let lower = accuracies(set, precision);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let largest = full.iter().copied().fold(f64::MIN, f64::max);
    let spread = largest - full.iter().copied().fold(f64::MAX, f64::min);
    let gap = (mean(full) - mean(&lower)).abs();
    assert!(mean(full) > 0.85, "{set}: {full:?}");
    assert!(gap <= spread.max(0.01), "{set} in {precision}: {lower:?}, in f32 {full:?}");
}

#[test]
fn the_accuracy_is_that_of_f32_within_seeds() {
    let Some(first) = here().next() else { return };
    let full = accuracies(MLP, "f32");
    here().for_each(|precision| agrees(MLP, &full, precision));
    // On a software adapter a convolution in f16 takes minutes.
    if device_name().is_cpu() {
        agrees(CNN, &accuracies(CNN, "f32"), first);
    }
}

#[test]
fn gradients_are_those_of_f32_but_for_the_rounding() {
    // The mean loss of three steps: of the same rounding it would be the same.
    let first_loss = |precision: &str| {
        let place = Place::new();
        train(&place, &format!("{CNN} train.steps=3 train.precision={precision}"));
        metrics(&place.run_dir())[0]["train"]["loss"].as_f64().unwrap()
    };
    let full = first_loss("f32");
    for precision in here() {
        let lower = first_loss(precision);
        let gap = (full - lower).abs() / full;
        assert!(gap > 0.0 && gap < 0.01, "{precision}: {lower}, in f32 {full}");
    }
}

#[test]
fn models_of_every_part_train_in_16_bits() {
    let Some(precision) = here().next() else { return };
    for set in few(&[
        "iris model.hidden=[8] model.norm=layer model.dropout=0.2 model.activation=gelu",
        "iris model.hidden=[8,8] model.dropout=0.2 model.dropout_kind=alpha model.activation=leaky-relu",
        "iris model.hidden=[8] model.dropout=0.2 model.dropout_kind=gaussian model.input_noise=0.1 model.input_dropout=0.1",
        "iris model.kind=linear penalty.0.kind=l1 penalty.0.strength=1e-4",
        "iris model.hidden=[8] penalty.0.kind=activity penalty.0.strength=1e-4 train.accumulate=2 train.clip_norm=1",
        "iris model.kind=tabm model.heads=4 model.hidden=[8] optim.kind=sgd optim.lr=0.05",
        "iris model.hidden=[8] model.embedding.kind=plr",
        "diabetes model.hidden=[8] loss.kind=huber",
        "digits model.kind=cnn model.channels=[4] model.norm=batch model.hidden=[8] model.conv_dropout=0.2 model.conv_dropout_kind=spatial",
        "digits model.kind=cnn model.channels=[4] model.hidden=[8] model.pool=1 model.head=mean model.activation=tanh",
        "digits model.kind=resnet model.width=4 model.stochastic_depth=0.2",
    ]) {
        let place = Place::new();
        let end = train(&place, &format!("{set} train.epochs=2 train.precision={precision}"));
        assert!(end["test"]["loss"].as_f64().unwrap().is_finite(), "{set}: {end}");
        // What is kept is f32, and is judged so, with or without a word of the precision.
        let eval = place.ok("eval last --json -q").last_event();
        let loss = eval["metrics"]["loss"].as_f64().unwrap();
        assert!((loss - end["test"]["loss"].as_f64().unwrap()).abs() < 1e-5, "{set}: {eval} {end}");
    }
}

#[test]
fn f16_skips_the_steps_whose_gradient_is_too_large_and_says_so() {
    if !device().supports_dtype(DType::F16) {
        return;
    }
    let place = Place::new();
    // Targets of some hundreds, as they are: the gradient of their squared error is too large for the first scales.
    let set = "diabetes model.hidden=[16] train.epochs=6 train.precision=f16 data.standardize=false loss.kind=mse \
               optim.lr=1e-3 schedule.kind=constant";
    let ran = place.ok(&format!("train {set} --json"));
    let run = place.run_dir();
    let of = |metric: &str| -> Vec<f64> {
        metrics(&run).iter().map(|epoch| epoch["train"][metric].as_f64().unwrap()).collect()
    };
    let (skipped, losses): (f64, _) = (of("skipped_steps").iter().sum(), of("loss"));
    assert!(skipped > 0.0, "{:?}", metrics(&run));
    assert!(ran.says(&format!("{skipped} of ")) && ran.says("left the range of f16"), "{}", ran.stderr);
    assert!(losses.last() < losses.first(), "{losses:?}");

    // The scale is part of the state: a run in two parts has the bits of one.
    if exact() {
        let halves = Place::new();
        train(&halves, &set.replace("train.epochs=6", "train.epochs=3"));
        let end = halves.ok("resume last train.epochs=6 --json -q").last_event();
        assert_eq!(end["weights_blake3"], json(&run.join("run.json"))["weights_blake3"]);
    }
}

#[test]
fn what_cannot_be_had_is_refused_with_its_remedy() {
    let place = Place::new();
    for (name, dtype) in LOWER {
        if !device().supports_dtype(dtype) {
            let line = format!("train iris train.precision={name}");
            let ran = place.fails(&line, 2, &format!("the device does not compute in {name}"));
            assert!(ran.says("set train.precision=f32, or use a device that has it"), "{}", ran.stderr);
        }
    }
    place.fails("train iris train.precision=f64", 2, "train.precision");
    let line = "train diabetes model.kind=linear train.precision=bf16 --solver cd";
    place.fails(line, 2, "a solver computes in f32 alone");
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_task_that_says_nothing_of_its_layers_is_refused() {
    let Some(name) = here().next() else { return };
    let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0)).unwrap();
    let precision = if name == "bf16" { PrecisionConfig::Bf16 } else { PrecisionConfig::F16 };
    let config = TrainConfig { epochs: 1, precision, ..TrainConfig::default() };
    let forward = |model: &burn::nn::Linear, inputs: Inputs, _: Option<Seed>| model.forward(inputs.flat());
    let task = Supervised::with_default_loss(forward, iris.fitted.clone()).unwrap();
    let mut trainer = Trainer::new(task, config).device(device());
    let layer = |device: &burn::tensor::Device, _| burn::nn::LinearConfig::new(4, 3).init(device);
    let error = trainer.fit_with(layer, &Data::new(iris.train())).unwrap_err();
    assert!(error.to_string().contains("the task does not say"), "{error}");
    assert!(error.help().unwrap().contains("Supervised::lower_precision"), "{error}");
}
