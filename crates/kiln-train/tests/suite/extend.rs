//! A run that has ended goes on with more epochs, steps or patience, to the bits of one that had them from the beginning.

use std::path::Path;

use kiln_core::ParamSelection;
use kiln_objective::L2Config;
use kiln_optim::{CosineShape, EmaConfig, OptimConfig, ScheduleConfig, ScheduleFn, SgdConfig, SwaConfig};
use kiln_train::{CheckpointConfig, EarlyStoppingConfig, Freeze, PartOptimizer, Stop, TrainConfig, Trainer};

use crate::common::{PointTask, config, data, model, trainer};
use crate::stopped::{End, StopAt, end};

type Change = dyn Fn(Trainer<PointTask>) -> Trainer<PointTask>;

fn run(folder: &Path, config: TrainConfig, change: &Change) -> Trainer<PointTask> {
    change(trainer(config))
        .run_dir(folder, CheckpointConfig { every_steps: Some(4), ..CheckpointConfig::default() })
}

/// The end of a run that is extended from each configuration to the next.
fn extended(configs: &[TrainConfig], change: &Change) -> End {
    let folder = tempfile::tempdir().unwrap();
    let mut last = run(folder.path(), configs[0].clone(), change).fit(model(), &data()).unwrap();
    for config in &configs[1..] {
        assert_eq!(last.stop, Stop::Finished);
        last = run(folder.path(), config.clone(), change).resume(model(), &data()).unwrap();
    }
    end(folder.path(), last)
}

/// Extends a run and compares it with one that was as long from the beginning.
#[track_caller]
fn check(configs: &[TrainConfig], change: &Change) {
    let whole = extended(&configs[configs.len() - 1..], change);
    assert_eq!(extended(configs, change), whole);
}

fn epochs(epochs: u64) -> TrainConfig {
    TrainConfig { epochs, ..config() }
}

fn steps(steps: u64) -> TrainConfig {
    TrainConfig { epochs: 100, steps: Some(steps), ..config() }
}

#[test]
fn more_epochs() {
    check(&[epochs(2), epochs(5)], &|run| run);
    check(&[epochs(1), epochs(2), epochs(3)], &|run| run.average(EmaConfig::default().into()));
    // A length in steps gives way to one in epochs.
    check(&[steps(22), epochs(5)], &|run| run);
}

#[test]
fn more_steps_even_from_the_middle_of_an_epoch() {
    // 11 steps an epoch. Where the limit cut an epoch short, it is gone on with, not begun anew.
    check(&[steps(15), steps(40)], &|run| run);
    check(&[steps(3), steps(15), steps(16), steps(22), steps(34)], &|run| run);
    check(&[steps(15), epochs(4)], &|run| {
        run.average(SwaConfig { start: 0.0, ..SwaConfig::default() }.into())
    });
    let accumulated = |steps| TrainConfig { epochs: 100, steps: Some(steps), accumulate: 3, ..config() };
    check(&[accumulated(6), accumulated(13)], &|run| run);
}

#[test]
fn a_warm_up_is_not_in_the_way() {
    let warm = ScheduleConfig { warmup: 0.5, ..ScheduleConfig::default() };
    check(&[epochs(2), epochs(4)], &move |run| run.schedule(warm.clone()));
}

#[test]
fn a_schedule_of_ones_own_is_a_function_of_the_step() {
    check(&[epochs(1), epochs(4)], &|run| run.schedule(ScheduleFn::new(|step| 0.1 / (1.0 + step as f64))));
}

#[test]
fn several_optimisers_and_frozen_parameters() {
    let two = |run: Trainer<PointTask>| {
        let sgd = |lr| OptimConfig::from(SgdConfig { lr, momentum: 0.9, ..SgdConfig::default() });
        let head = PartOptimizer::new(sgd(0.05)).params(ParamSelection::paths(["output"]));
        let body = PartOptimizer::new(sgd(0.01)).params(ParamSelection::paths(["hidden", "norm"]));
        run.optimizer_for("head", head).optimizer_for("body", body)
    };
    check(&[epochs(1), epochs(3)], &two);
    check(&[steps(15), steps(25)], &two);
    let frozen =
        |run: Trainer<PointTask>| run.freeze(Freeze::new(ParamSelection::paths(["hidden"])).epochs(2));
    check(&[epochs(1), epochs(3)], &frozen);
}

#[test]
fn an_extension_is_interrupted_as_any_run() {
    let whole = extended(&[epochs(5)], &|run| run);
    for stop in [23, 27, 40] {
        let folder = tempfile::tempdir().unwrap();
        let go = |epochs| run(folder.path(), self::epochs(epochs), &|run| run);
        go(2).fit(model(), &data()).unwrap();
        go(5).callback(StopAt(stop)).resume(model(), &data()).unwrap();
        let outcome = go(5).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

#[test]
fn a_schedule_that_follows_the_length_is_asked_about() {
    let cosine = |run: Trainer<PointTask>| run.schedule(CosineShape { end: 0.0 });
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), epochs(2), &cosine).fit(model(), &data()).unwrap();
    let error = run(folder.path(), epochs(5), &cosine).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.contains("settings: schedule was a learning rate of "), "{error}");
    assert!(error.contains(" in step 2 of 22, is a learning rate of "), "{error}");
    let outcome =
        run(folder.path(), epochs(5), &cosine).allow_changes(["schedule"]).resume(model(), &data()).unwrap();
    assert_eq!(outcome.history.epochs.len(), 5);

    let fading = |run: Trainer<PointTask>| {
        let strength = Some(CosineShape { end: 0.0 }.into());
        run.penalty(L2Config { schedule: strength, ..L2Config::new(0.1) })
    };
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), epochs(2), &fading).fit(model(), &data()).unwrap();
    let error = run(folder.path(), epochs(5), &fading).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.contains("penalty.0.schedule was a share of the strength of "), "{error}");
}

#[test]
fn a_run_does_not_become_shorter_than_it_is() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), epochs(3), &|run| run).fit(model(), &data()).unwrap();
    let error = run(folder.path(), epochs(2), &|run| run).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.ends_with("train.epochs was 3 or more, is 2"), "{error}");
    let error = run(folder.path(), steps(30), &|run| run).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.ends_with("train.steps was 33 or more, is 30"), "{error}");
}

#[test]
fn more_patience() {
    let patient = |folder: &Path, patience: u64| {
        let early = EarlyStoppingConfig { patience, ..EarlyStoppingConfig::default() };
        run(folder, epochs(40), &|run| run).early_stopping(early)
    };
    let whole = tempfile::tempdir().unwrap();
    let outcome = patient(whole.path(), 6).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);

    let folder = tempfile::tempdir().unwrap();
    let first = patient(folder.path(), 1).fit(model(), &data()).unwrap();
    assert_eq!(first.stop, Stop::EarlyStopping { patience: 1 });
    assert!(first.history.epochs.len() < whole.history.len());
    // Less is another rule, and is named.
    assert!(patient(folder.path(), 2).resume(model(), &data()).is_ok());
    let error = patient(folder.path(), 1).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.ends_with("early_stopping.patience was 2, is 1"), "{error}");
    let outcome = patient(folder.path(), 6).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
    // Without a rule it goes on to its last epoch.
    let outcome = run(folder.path(), epochs(40), &|run| run).resume(model(), &data()).unwrap();
    assert_eq!((outcome.stop, outcome.history.epochs.len()), (Stop::Finished, 40));
}
