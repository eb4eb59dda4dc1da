//! Averages of the weights in training: what is evaluated, exact resume, statistics of batch norm.

use std::path::Path;

use burn::tensor::{Device, Tensor};
use kiln_core::{Seed, Weights};
use kiln_data::{Loader, Source};
use kiln_optim::{AverageConfig, EmaConfig, OptimConfig, ScheduleFreeSgdConfig, SwaConfig};
use kiln_testkit::few;
use kiln_train::{CheckpointConfig, Data, EarlyStoppingConfig, Stop, TrainConfig, evaluate};

use crate::common::{FEATURES, Net, PointTask, Points, config, data, model, trainer};
use crate::stopped::{StopAt, end};

fn ema() -> AverageConfig {
    AverageConfig::Ema(EmaConfig { decay: 0.9, warmup: true, ..EmaConfig::default() })
}

fn swa(every: Option<u64>) -> AverageConfig {
    AverageConfig::Swa(SwaConfig { start: 0.3, every, ..SwaConfig::default() })
}

fn not_judged() -> AverageConfig {
    AverageConfig::Ema(EmaConfig { decay: 0.9, evaluate: false, ..EmaConfig::default() })
}

fn build(folder: &Path, average: &AverageConfig) -> kiln_train::Trainer<PointTask> {
    trainer(config())
        .average(average.clone())
        .early_stopping(EarlyStoppingConfig { patience: 4, ..EarlyStoppingConfig::default() })
        .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
}

#[test]
fn a_run_that_was_stopped_anywhere_ends_with_the_same_bits() {
    for average in [ema(), swa(None), swa(Some(3)), not_judged()] {
        let folder = tempfile::tempdir().unwrap();
        let outcome = build(folder.path(), &average).fit(model(), &data()).unwrap();
        let whole = end(folder.path(), outcome);
        for &stop in few(&[1, 17, 22, 40]) {
            let folder = tempfile::tempdir().unwrap();
            let first = build(folder.path(), &average).callback(StopAt(stop)).fit(model(), &data()).unwrap();
            assert_eq!(first.stop, Stop::Interrupted);
            let outcome = build(folder.path(), &average).resume(model(), &data()).unwrap();
            assert_eq!(end(folder.path(), outcome), whole, "{average:?} stopped at step {stop}");
        }
    }
}

#[test]
fn what_is_judged_is_the_average_unless_told_otherwise() {
    let run = |average: Option<AverageConfig>| {
        let trainer = trainer(config());
        let mut trainer = match average {
            Some(average) => trainer.average(average),
            None => trainer,
        };
        trainer.fit(model(), &data()).unwrap()
    };
    let validation = |outcome: &kiln_train::Outcome<Net>| {
        let losses =
            outcome.history.epochs.iter().map(|epoch| epoch.validation.as_ref().unwrap().get("loss"));
        losses.collect::<Vec<_>>()
    };
    let training = |outcome: &kiln_train::Outcome<Net>| {
        let losses = outcome.history.epochs.iter().map(|epoch| epoch.train.get("loss"));
        losses.collect::<Vec<_>>()
    };
    let (plain, averaged, kept) = (run(None), run(Some(ema())), run(Some(not_judged())));
    // The training is the same; what is measured and given back is not.
    assert_eq!(training(&plain), training(&averaged));
    assert_ne!(validation(&plain), validation(&averaged));
    assert_ne!(Weights::of(&plain.model).blake3(), Weights::of(&averaged.model).blake3());
    assert_eq!(validation(&plain), validation(&kept));
    assert_eq!(Weights::of(&plain.model).blake3(), Weights::of(&kept.model).blake3());
    // The model that comes back is the one that was measured.
    let points = Points { seed: Seed::new(2), len: 57 };
    let loader = Loader::new(points, 500).unwrap();
    let scores = evaluate(&PointTask::default(), &averaged.model, &loader, &kiln_testkit::device()).unwrap();
    let best = averaged.history.best().unwrap().validation.as_ref().unwrap().get("loss");
    assert_eq!(scores.metrics().get("loss"), best);
    // Before its start there is no average yet: the weights of the training count.
    let late = run(Some(swa(None)));
    assert_eq!(validation(&late)[0], validation(&plain)[0]);
    assert_ne!(validation(&late)[4], validation(&plain)[4]);
}

/// The batch statistics before batch norm, averaged over the batches: by the definition, in f64.
fn by_hand(weights: &Weights, points: &Points, batch_size: usize, device: &Device) -> [Vec<f64>; 2] {
    let get = |name: &str| -> Vec<f64> { weights.get(name).unwrap().iter::<f64>().collect() };
    let (weight, bias) = (get("hidden.weight"), get("hidden.bias"));
    let width = bias.len();
    let (mut means, mut variances) = (vec![0.0; width], vec![0.0; width]);
    let items: Vec<usize> = (0..points.len).collect();
    let batches = items.chunks(batch_size);
    let count = batches.len() as f64;
    for batch in batches {
        let x: Tensor<2> = points.batch(batch, device).unwrap().x;
        let x: Vec<f64> = x.into_data().iter::<f64>().collect();
        for unit in 0..width {
            let out: Vec<f64> = x
                .chunks(FEATURES)
                .map(|row| {
                    let terms = row.iter().enumerate().map(|(i, x)| x * weight[i * width + unit]);
                    terms.sum::<f64>() + bias[unit]
                })
                .collect();
            let mean = out.iter().sum::<f64>() / out.len() as f64;
            let variance = out.iter().map(|o| (o - mean).powi(2)).sum::<f64>() / out.len() as f64;
            means[unit] += mean / count;
            variances[unit] += variance / count;
        }
    }
    [means, variances]
}

#[test]
fn batch_norm_gets_the_statistics_of_the_averaged_weights() {
    let points = Points { seed: Seed::new(1), len: 103 };
    let config = TrainConfig { shuffle: false, epochs: 3, ..config() };
    for validated in [false, true] {
        let data = Data::new(points.clone());
        let data = if validated { data.validation(Points { seed: Seed::new(2), len: 57 }) } else { data };
        let outcome = trainer(config.clone()).average(swa(Some(2))).fit(model(), &data).unwrap();
        let weights = Weights::of(&outcome.model);
        // Burn's batch norm divides by n.
        let [means, variances] = by_hand(&weights, &points, 10, &kiln_testkit::device());
        for (name, expected) in [("norm.running_mean", means), ("norm.running_var", variances)] {
            let found: Vec<f64> = weights.get(name).unwrap().iter::<f64>().collect();
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert!(
                    (found - expected).abs() < 3e-6 * expected.abs().max(1.0),
                    "{name}: {found}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn an_optimiser_that_averages_itself_is_refused() {
    let schedule_free = OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig::default());
    let error = trainer(config()).optimizer(schedule_free).average(ema()).fit(model(), &data()).unwrap_err();
    assert!(error.to_string().contains("averages the weights itself"), "{error}");
}
