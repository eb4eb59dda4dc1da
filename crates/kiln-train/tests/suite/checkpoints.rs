//! Checkpoints on the disk: damage, what stays, what is written late.

use std::fs;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kiln_core::{ErrorKind, Explain};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{Callback, StepView, Stop, TrainConfig, TrainError};

use crate::common::{config, data, model};
use crate::stopped::{StopAt, build, end, uninterrupted};

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

        let heard = Heard::default();
        let mut trainer = build(folder.path(), &config()).callback(heard.clone());
        let outcome = trainer.resume(model(), &data()).unwrap();
        // Whoever resumes without a look at the folder is told, too: the damaged one is deleted on the way.
        let passed_over: Vec<String> = outcome.passed_over.iter().map(ToString::to_string).collect();
        assert_eq!(
            (passed_over.as_slice(), passed_over.len()),
            (heard.0.lock().unwrap().as_slice(), 1),
            "{file}"
        );
        assert!(passed_over[0].contains("step-00000019"), "{passed_over:?}");
        assert_eq!(end(folder.path(), outcome), whole, "{file}");
    }
}

/// What a callback hears of damaged checkpoints.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Callback for Heard {
    fn on_passed_over(&mut self, damaged: &TrainError) -> Result<(), TrainError> {
        self.0.lock().unwrap().push(damaged.to_string());
        Ok(())
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
    assert_eq!(outcome.passed_over.len(), 1);
    assert!(outcome.passed_over[0].to_string().contains(&best), "{:?}", outcome.passed_over);
    let whole = build(folder.path(), &config()).resume(model(), &data()).unwrap();
    assert!(whole.passed_over.is_empty());
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

#[test]
fn an_end_that_is_to_be_written_is_written_however_early_it_comes() {
    let whole = uninterrupted(&config());
    let late = |folder: &std::path::Path| {
        build(folder, &config()).checkpoints_after(Duration::from_secs(3600)).write_end()
    };
    let folder = tempfile::tempdir().unwrap();
    let outcome = late(folder.path()).fit(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
    // The end and the best weights, and none of those in between.
    let store = CheckpointStore::new(folder.path().join("checkpoints"), 9);
    assert!(store.list().unwrap().len() <= 2);
    let newest = store.newest().unwrap().0.unwrap();
    store.load(&newest.state.best.unwrap()).unwrap();

    // Asked to stop, it goes on from there.
    let folder = tempfile::tempdir().unwrap();
    late(folder.path()).callback(StopAt(19)).fit(model(), &data()).unwrap();
    let store = CheckpointStore::new(folder.path().join("checkpoints"), 9);
    assert_eq!(store.newest().unwrap().0.unwrap().state.step, 19);
    let outcome = late(folder.path()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}
