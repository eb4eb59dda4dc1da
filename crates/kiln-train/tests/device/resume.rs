//! A run that is stopped anywhere and resumed ends with the same bits as one that never stopped.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use burn::tensor::Device;
use kiln_core::{ErrorKind, Explain, Seed, Weights};
use kiln_data::{DataError, Source};
use kiln_optim::{GradientConfig, OptimConfig, ScheduleConfig, SgdConfig, ShapeConfig};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{
    Callback, CheckpointConfig, Data, EarlyStoppingConfig, EpochRecord, StepView, Stop, TrainConfig,
    TrainError, read_history,
};

use crate::common::{PointBatch, Points, config, data, model, trainer};

struct StopAt(u64);

impl Callback for StopAt {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(if view.step == self.0 {
            ControlFlow::Break(Stop::Interrupted)
        } else {
            ControlFlow::Continue(())
        })
    }
}

/// Everything that must be equal between two runs.
#[derive(Debug, PartialEq)]
struct End {
    last: String,
    best: String,
    optimizer: String,
    history: Vec<EpochRecord>,
    stop: Stop,
}

fn end(folder: &Path, outcome: kiln_train::Outcome<crate::common::Net>) -> End {
    let newest = CheckpointStore::new(folder.join("checkpoints"), 2).newest().unwrap().0.unwrap();
    let logged = read_history(&folder.join("metrics.jsonl")).unwrap();
    assert_eq!(logged, outcome.history, "metrics.jsonl holds what the outcome holds");
    let untimed = |record: &EpochRecord| EpochRecord { seconds: 0.0, ..record.clone() };
    End {
        last: outcome.last_weights_blake3,
        best: Weights::of(&outcome.model).blake3(),
        optimizer: newest.optimizer.blake3(),
        history: logged.epochs.iter().map(untimed).collect(),
        stop: outcome.stop,
    }
}

fn build(folder: &Path, config: &TrainConfig) -> kiln_train::Trainer<crate::common::PointTask> {
    let plateau: ShapeConfig = serde_json::from_value(serde_json::json!({
        "kind": "plateau", "factor": 0.5, "patience": 0, "threshold": 0.0
    }))
    .unwrap();
    trainer(config.clone())
        .schedule(ScheduleConfig { shape: plateau, ..ScheduleConfig::default() })
        .early_stopping(EarlyStoppingConfig { patience: 4, ..EarlyStoppingConfig::default() })
        .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
}

fn uninterrupted(config: &TrainConfig) -> End {
    let folder = tempfile::tempdir().unwrap();
    let outcome = build(folder.path(), config).fit(model(), &data()).unwrap();
    end(folder.path(), outcome)
}

fn check_every_stop(config: &TrainConfig, stops: impl IntoIterator<Item = u64>) {
    let whole = uninterrupted(config);
    for stop in stops {
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
    for stop in [1, 11, 30, 43, 44, 45] {
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
    for stop in [1, 3, 6, 7, 20] {
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
fn a_damaged_newest_checkpoint_is_reported_and_the_one_before_is_used() {
    let whole = uninterrupted(&config());
    for file in ["model.safetensors", "optim.safetensors", "state.json", "MANIFEST.json"] {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), &config()).callback(StopAt(19)).fit(model(), &data()).unwrap();
        let store = CheckpointStore::new(folder.path().join("checkpoints"), 2);
        let newest = store.list().unwrap().pop().unwrap();
        let mut bytes = fs::read(newest.join(file)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(newest.join(file), bytes).unwrap();

        let (found, damaged) = store.newest().unwrap();
        assert!(found.unwrap().state.step < 19);
        let message = damaged[0].to_string();
        assert!(message.contains("step-00000019"), "{message}");
        assert_eq!(damaged[0].kind(), ErrorKind::Checkpoint);
        assert_eq!(store.verify().unwrap().iter().filter(|v| v.result.is_err()).count(), 1);

        let outcome = build(folder.path(), &config()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "{file}");
    }
}

#[test]
fn when_nothing_is_whole_the_error_says_so() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &config()).callback(StopAt(19)).fit(model(), &data()).unwrap();
    for path in CheckpointStore::new(folder.path().join("checkpoints"), 2).list().unwrap() {
        fs::write(path.join("model.safetensors"), b"").unwrap();
    }
    let error = build(folder.path(), &config()).resume(model(), &data()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Checkpoint);
    assert!(error.to_string().contains("model.safetensors has 0 bytes"), "{error}");
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

#[test]
fn only_the_newest_and_the_best_checkpoints_stay() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &config()).fit(model(), &data()).unwrap();
    let store = CheckpointStore::new(folder.path().join("checkpoints"), 2);
    let newest = store.newest().unwrap().0.unwrap();
    let best = newest.state.best.unwrap();
    let names: Vec<String> =
        store.list().unwrap().iter().map(|p| p.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(names.contains(&best) && (2..=3).contains(&names.len()), "{names:?}");
    let pointer = |name| fs::read_to_string(folder.path().join("checkpoints").join(name)).unwrap();
    assert_eq!(pointer("best").trim(), best);
    assert_eq!(pointer("last").trim(), names.last().unwrap());
}

/// Validation items that ask for a stop as soon as the first batch of them is made.
#[derive(Debug)]
struct Stopping(Points, Arc<AtomicBool>);

impl Source<PointBatch> for Stopping {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<PointBatch, DataError> {
        self.1.store(true, Ordering::Relaxed);
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
fn damaged_best_weights_do_not_keep_a_run_from_going_on() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &config()).callback(StopAt(29)).fit(model(), &data()).unwrap();
    let store = CheckpointStore::new(folder.path().join("checkpoints"), 2);
    let best = store.newest().unwrap().0.unwrap().state.best.unwrap();
    assert!(!store.list().unwrap().pop().unwrap().ends_with(&best));
    fs::write(folder.path().join("checkpoints").join(&best).join("model.safetensors"), b"torn").unwrap();
    let outcome = build(folder.path(), &config()).resume(model(), &data()).unwrap();
    // The weights that were the best are gone; those of a later epoch are the best there are.
    assert!(outcome.history.epochs.iter().any(|epoch| epoch.best && epoch.step > 29));
    assert_eq!(outcome.history.epochs.len(), 5);
}

#[test]
fn what_is_half_deleted_is_no_damaged_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &config()).fit(model(), &data()).unwrap();
    let checkpoints = folder.path().join("checkpoints");
    // As a kill in the middle of deleting leaves it.
    fs::create_dir(checkpoints.join(".tmp-old-step-00000004")).unwrap();
    fs::write(checkpoints.join(".tmp-old-step-00000004/MANIFEST.json"), "{}").unwrap();
    let store = CheckpointStore::new(&checkpoints, 2);
    assert!(store.verify().unwrap().iter().all(|found| found.result.is_ok()));
}

/// Sleeps once, at a step, so that the time without checkpoints passes.
struct SleepAt(u64, Duration);

impl Callback for SleepAt {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        if view.step == self.0 {
            std::thread::sleep(self.1);
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[test]
fn checkpoints_that_come_late_name_a_best_one_that_is_there() {
    let config = TrainConfig { epochs: 6, ..config() };
    let whole = uninterrupted(&config);
    let (quiet, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
    let last = whole.history.last().unwrap().step;
    for stop in [2, last / 2 + 1, last - 1] {
        let folder = tempfile::tempdir().unwrap();
        // However slow the machine is, an hour has not passed and the second has.
        let late = |after: Duration, sleep: u64| {
            build(folder.path(), &config)
                .checkpoints_after(after)
                .callback(SleepAt(sleep, quiet + Duration::from_millis(50)))
                .callback(StopAt(stop))
        };
        // Stopped before the time has passed: nothing is written, and a resume starts over.
        late(hour, u64::MAX).fit(model(), &data()).unwrap();
        assert!(!folder.path().join("checkpoints/last").exists());
        // Stopped after it: the best weights so far are there too, and a resume goes on from the stop.
        late(quiet, stop.saturating_sub(1).max(1)).resume(model(), &data()).unwrap();
        let store = CheckpointStore::new(folder.path().join("checkpoints"), 2);
        let newest = store.newest().unwrap().0.unwrap();
        assert_eq!(newest.state.step, stop);
        if let Some(best) = &newest.state.best {
            store.load(best).unwrap();
        }
        let outcome = build(folder.path(), &config).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}
