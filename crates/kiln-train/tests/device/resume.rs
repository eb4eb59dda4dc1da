//! A run that is stopped anywhere and resumed ends with the same bits as one that never stopped.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::Device;
use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{DataError, Source};
use kiln_optim::{GradientConfig, OptimConfig, ScheduleConfig, SgdConfig};
use kiln_testkit::few;
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{CheckpointConfig, Data, Stop, TrainConfig};

use crate::common::{PointBatch, Points, config, data, model, trainer};
use crate::stopped::{StopAt, build, end, uninterrupted};

fn check_every_stop(config: &TrainConfig, stops: impl IntoIterator<Item = u64>) {
    let whole = uninterrupted(config);
    let stops: Vec<u64> = stops.into_iter().collect();
    for &stop in few(&stops) {
        let folder = tempfile::tempdir().unwrap();
        let first = build(folder.path(), config).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        assert_eq!(first.stop, Stop::Interrupted);
        let outcome = build(folder.path(), config).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

#[test]
fn every_stopping_point_leads_to_the_same_end() {
    // 11 steps an epoch: the middle, the last step of an epoch, the first of the next, checkpoints and between them.
    check_every_stop(&config(), [1, 4, 7, 11, 12, 22, 23, 40]);
}

#[test]
fn stopped_behind_the_last_step_of_an_epoch_its_rate_is_known() {
    let falling: ScheduleConfig = serde_json::from_value(serde_json::json!({ "kind": "cosine" })).unwrap();
    let run = |folder: &Path| {
        trainer(config()).schedule(falling.clone()).run_dir(folder, CheckpointConfig::default())
    };
    let whole = tempfile::tempdir().unwrap();
    let outcome = run(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    assert!(whole.history[0].lr > whole.history[1].lr);
    let folder = tempfile::tempdir().unwrap();
    run(folder.path()).callback(StopAt(11)).fit(model(), &data()).unwrap();
    let outcome = run(folder.path()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}

#[test]
fn momentum_and_weight_decay_that_move_go_on_where_they_were() {
    let section = |value| -> ScheduleConfig { serde_json::from_value(value).unwrap() };
    let run = |folder: &Path| {
        // Momentum falls to 0 in the last epoch but one, and must not lose its buffer there.
        trainer(config())
            .optimizer(OptimConfig::Sgd(SgdConfig {
                lr: 0.05,
                momentum: 0.9,
                weight_decay: 0.01,
                ..SgdConfig::default()
            }))
            .schedule(section(serde_json::json!({ "kind": "one-cycle", "cycle_momentum": true })))
            .momentum_schedule(section(serde_json::json!({
                "kind": "sequential", "starts": [4],
                "parts": [{ "kind": "linear" }, { "kind": "constant" }]
            })))
            .weight_decay_schedule(section(serde_json::json!({ "kind": "cosine" })))
            .run_dir(folder, CheckpointConfig::default())
    };
    let whole = tempfile::tempdir().unwrap();
    let outcome = run(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    for &stop in few(&[1, 11, 30, 43, 44, 45]) {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = run(folder.path()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

#[test]
fn noise_on_the_gradients_and_their_norms_go_on_where_they_were() {
    let gradient = GradientConfig {
        adaptive_clip: Some(0.5),
        clip_param_norm: Some(1.0),
        centralize: true,
        noise: Some(1e-4),
        record_norm: true,
        ..GradientConfig::default()
    };
    let config = TrainConfig { clip_norm: Some(0.7), accumulate: 2, ..config() };
    let run = |folder: &Path| {
        let checkpoints = CheckpointConfig { every_steps: Some(4), ..CheckpointConfig::default() };
        trainer(config.clone()).gradient(gradient.clone()).run_dir(folder, checkpoints)
    };
    let whole = tempfile::tempdir().unwrap();
    let outcome = run(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    let norms =
        whole.history.iter().map(|epoch| ["grad_norm", "grad_norm_max"].map(|name| epoch.train.get(name)));
    for [mean, max] in norms {
        assert!(mean.unwrap() > 0.0 && max.unwrap() >= mean.unwrap());
    }
    for &stop in few(&[1, 3, 6, 7, 20]) {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = run(folder.path()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

#[test]
fn accumulation_and_threads_do_not_change_that() {
    let config = TrainConfig { accumulate: 3, prefetch: 3, ..config() };
    check_every_stop(&config, [1, 3, 4, 5, 9]);
}

#[test]
fn a_process_that_was_killed_resumes_from_what_is_on_the_disk() {
    // A kill leaves the checkpoints as they were and a metrics file that may be ahead of them, with a torn line.
    let whole = uninterrupted(&config());
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &config()).callback(StopAt(29)).fit(model(), &data()).unwrap();
    let newest = CheckpointStore::new(folder.path().join("checkpoints"), 2).list().unwrap().pop().unwrap();
    fs::remove_dir_all(newest).unwrap();
    let log = folder.path().join("metrics.jsonl");
    let torn = fs::read_to_string(&log).unwrap() + "{\"seq\":2,\"epo";
    fs::write(&log, torn).unwrap();
    fs::create_dir(folder.path().join("checkpoints/.tmp-left-behind")).unwrap();

    let outcome = build(folder.path(), &config()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
    assert!(!folder.path().join("checkpoints/.tmp-left-behind").exists());
}

#[test]
fn a_run_that_reached_its_time_limit_can_go_on() {
    let whole = uninterrupted(&config());
    let folder = tempfile::tempdir().unwrap();
    let limited = TrainConfig { time_limit: Some(1e-9), ..config() };
    let first = build(folder.path(), &limited).fit(model(), &data()).unwrap();
    assert_eq!((first.stop, first.steps), (Stop::TimeLimit, 1));
    let outcome = build(folder.path(), &config()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}

#[test]
fn killed_before_the_first_checkpoint_means_starting_over() {
    let whole = uninterrupted(&config());
    let folder = tempfile::tempdir().unwrap();
    let outcome = build(folder.path(), &config()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}

#[test]
fn a_finished_run_is_not_trained_again() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = build(folder.path(), &config()).fit(model(), &data()).unwrap();
    let before = end(folder.path(), outcome);
    let outcome = build(folder.path(), &config()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), before);
    let error = build(folder.path(), &config()).fit(model(), &data()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

/// Validation items that ask for a stop as soon as all of them are made into a batch.
#[derive(Debug)]
struct Stopping(Points, Arc<AtomicBool>);

impl Source<PointBatch> for Stopping {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<PointBatch, DataError> {
        self.1.store(items.len() == self.0.len(), Ordering::Relaxed);
        self.0.batch(items, device)
    }
}
#[test]
fn a_stop_while_validating_saves_the_last_step_and_loses_nothing() {
    let config = TrainConfig { prefetch: 0, ..config() };
    let whole = uninterrupted(&config);
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let points = |seed, len| Points { seed: Seed::new(seed), len };
    let stopping = Data::new(points(1, 103)).validation(Stopping(points(2, 57), Arc::clone(&stop)));
    let first = build(folder.path(), &config).stop_flag(stop).fit(model(), &stopping).unwrap();
    assert_eq!((first.stop, first.steps, first.history.epochs.len()), (Stop::Interrupted, 11, 0));
    let outcome = build(folder.path(), &config).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}

#[test]
fn stopped_behind_the_last_step_of_all_no_step_is_added() {
    let config = TrainConfig { prefetch: 0, steps: Some(15), ..config() };
    let whole = uninterrupted(&config);
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let points = |seed, len| Points { seed: Seed::new(seed), len };
    // The next validation is behind the epoch that the limit of steps cuts short.
    build(folder.path(), &config).callback(StopAt(12)).fit(model(), &data()).unwrap();
    let stopping = Data::new(points(1, 103)).validation(Stopping(points(2, 57), Arc::clone(&stop)));
    let first = build(folder.path(), &config).stop_flag(stop).resume(model(), &stopping).unwrap();
    assert_eq!((first.stop, first.steps, first.history.epochs.len()), (Stop::Interrupted, 15, 1));
    let outcome = build(folder.path(), &config).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}
