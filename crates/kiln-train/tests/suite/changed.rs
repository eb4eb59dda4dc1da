//! A run goes on with the data and the settings that it was begun with; what changes on purpose is named.

use std::ops::ControlFlow;
use std::path::Path;

use kiln_core::{ErrorKind, Explain, ParamSelection, Seed};
use kiln_objective::{Custom, L2Config};
use kiln_optim::{CosineShape, EmaConfig, GradientConfig, OptimConfig, ScheduleFn, SgdConfig, StepShape};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{
    Callback, CheckpointConfig, Data, EarlyStoppingConfig, EpochView, Freeze, PartOptimizer, ResumeError,
    Stop, TrainConfig, TrainError, Trainer,
};
use serde_json::Value;

use crate::common::{PointBatch, PointTask, Points, config, data, model, trainer};
use crate::stopped::{StopAt, build, end, uninterrupted};

/// A run of two and a half epochs, with a penalty.
fn begun(folder: &Path) -> Trainer<PointTask> {
    penalised(folder, 0.1)
}

fn penalised(folder: &Path, strength: f64) -> Trainer<PointTask> {
    trainer(config()).penalty(L2Config::new(strength)).run_dir(folder, CheckpointConfig::default())
}

/// What a resume with another trainer says, after a run that was stopped.
#[track_caller]
fn refused(other: impl FnOnce(&Path) -> Trainer<PointTask>) -> String {
    refused_with(other, &data())
}

#[track_caller]
fn refused_with(other: impl FnOnce(&Path) -> Trainer<PointTask>, data: &Data<PointBatch>) -> String {
    let folder = tempfile::tempdir().unwrap();
    begun(folder.path()).callback(StopAt(25)).fit(model(), &crate::common::data()).unwrap();
    let error = other(folder.path()).resume(model(), data).unwrap_err();
    assert!(matches!(error, TrainError::Resume(ResumeError::Changed { .. })), "{error}");
    assert_eq!(error.kind(), ErrorKind::Checkpoint);
    // Nothing is lost by the attempt.
    let outcome = begun(folder.path()).resume(model(), &crate::common::data()).unwrap();
    assert_eq!(outcome.history.epochs.len(), 5);
    error.to_string().split_once("settings: ").unwrap().1.to_owned()
}

#[test]
fn half_of_the_data_is_not_the_data() {
    let part = |len| Points { seed: Seed::new(1), len };
    let validation = || Points { seed: Seed::new(2), len: 57 };
    let half = Data::new(part(51)).validation(validation());
    assert!(
        refused_with(begun, &half)
            .starts_with("data.train.items was 103, is 51; data.train.fingerprint was ")
    );
    let none = Data::new(part(103));
    assert_eq!(refused_with(begun, &none), r#"data.validation was {"items":57}, is none"#);
    let other = Data::new(Points { seed: Seed::new(3), len: 103 }).validation(validation());
    assert!(refused_with(begun, &other).starts_with("data.train.fingerprint was "));
}

#[test]
fn every_setting_that_bits_follow_from_is_compared() {
    let with = |change: fn(Trainer<PointTask>) -> Trainer<PointTask>| refused(|folder| change(begun(folder)));
    assert_eq!(refused(|folder| penalised(folder, 0.2)), "penalty.0.strength was 0.1, is 0.2");
    assert!(
        refused(|folder| trainer(config()).run_dir(folder, CheckpointConfig::default()))
            .starts_with(r#"penalty.0 was {"kind":"l2","strength":0.1"#)
    );
    assert_eq!(
        with(|run| run.schedule(CosineShape { end: 0.0 })),
        r#"schedule.kind was "constant", is "cosine""#
    );
    assert_eq!(
        with(|run| run.optimizer(OptimConfig::Sgd(SgdConfig::default()))),
        r#"optim.kind was "adam", is "sgd""#
    );
    assert_eq!(with(|run| run.seed(8)), "seed was 7, is 8");
    assert_eq!(
        with(|run| run.config(TrainConfig { batch_size: 12, shuffle: false, ..config() })),
        "train.batch_size was 10, is 12; train.shuffle was true, is false"
    );
    let noisy = |run: Trainer<PointTask>| {
        run.gradient(GradientConfig { noise: Some(0.1), ..GradientConfig::default() })
    };
    assert_eq!(with(noisy), "gradient.noise was none, is 0.1");
    assert!(with(|run| run.average(EmaConfig::default().into())).starts_with("average was none, is {"));
    assert!(
        with(|run| run.early_stopping(EarlyStoppingConfig::default()))
            .starts_with("early_stopping was none, is {")
    );
    assert!(
        with(|run| run.schedule(ScheduleFn::new(|step| 0.1 / (1.0 + step as f64))))
            .starts_with(r#"schedule.kind was "constant", is "own""#)
    );
    let own = |run: Trainer<PointTask>| run.penalty(Custom::new("Σ w⁴", |w| w.flat.powi_scalar(4).sum()));
    assert!(with(own).starts_with("own_penalty.0 was none, is "));
}

#[test]
fn what_one_of_several_optimisers_has_and_what_is_frozen_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let run = |lr: f64, epochs: u64| {
        let sgd = OptimConfig::from(SgdConfig { lr, ..SgdConfig::default() });
        let body = PartOptimizer::new(sgd).params(ParamSelection::paths(["hidden", "norm"]));
        begun(folder.path())
            .optimizer_for("output", OptimConfig::from(SgdConfig::default()))
            .optimizer_for("body", body)
            .freeze(Freeze::new(ParamSelection::paths(["hidden"])).epochs(epochs))
    };
    run(0.1, 2).callback(StopAt(15)).fit(model(), &data()).unwrap();
    let error = run(0.2, 3).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.contains("settings: optimizers.1.optim.lr was 0.1, is 0.2; freeze.0 was "), "{error}");
    assert!(run(0.1, 2).resume(model(), &data()).is_ok());
}

#[test]
fn a_schedule_of_ones_own_is_compared_by_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let run =
        |from: f64| begun(folder.path()).schedule(ScheduleFn::new(move |step| from / (1.0 + step as f64)));
    run(0.1).callback(StopAt(3)).fit(model(), &data()).unwrap();
    let error = run(0.2).resume(model(), &data()).unwrap_err().to_string();
    assert!(
        error.contains("schedule.values.0 was 0.1, is 0.2; schedule.values.1 was 0.05, is 0.1"),
        "{error}"
    );
    run(0.1).resume(model(), &data()).unwrap();
}

#[test]
fn what_changes_on_purpose_is_named() {
    let folder = tempfile::tempdir().unwrap();
    begun(folder.path()).callback(StopAt(23)).fit(model(), &data()).unwrap();
    let other = || penalised(folder.path(), 0.2).schedule(CosineShape { end: 0.0 });
    let error = other().allow_changes(["schedule"]).resume(model(), &data()).unwrap_err();
    assert!(error.to_string().ends_with("settings: penalty.0.strength was 0.1, is 0.2"), "{error}");
    assert_eq!(error.key().as_deref(), Some("penalty.0.strength"));
    let help = error.help().unwrap();
    assert!(help.ends_with(r#"Trainer::allow_changes(["penalty.0.strength"])"#), "{help}");
    let unknown = other().allow_changes(["schedul"]).resume(model(), &data()).unwrap_err();
    assert_eq!(unknown.to_string(), r#"there is no setting "schedul" that could have changed"#);

    let changed =
        other().allow_changes(["schedule", "penalty"]).callback(StopAt(30)).resume(model(), &data());
    assert_eq!(changed.unwrap().steps, 30);
    // From here on these are the settings of the run.
    let outcome = other().resume(model(), &data()).unwrap();
    let rates: Vec<f64> = outcome.history.epochs.iter().map(|epoch| epoch.lr).collect();
    assert!(rates[0] == rates[1] && rates[2] > rates[3] && rates[3] > rates[4], "{rates:?}");
}

#[test]
fn what_never_changes_a_bit_is_free() {
    let whole = uninterrupted(&config());
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &config()).callback(StopAt(25)).fit(model(), &data()).unwrap();
    let other = TrainConfig { prefetch: 3, time_limit: Some(1e6), ..config() };
    let outcome = build(folder.path(), &other)
        .run_dir(folder.path(), CheckpointConfig { every_epochs: 3, every_steps: Some(7), keep: 3 })
        .progress()
        .resume(model(), &data())
        .unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}

#[test]
fn a_schedule_that_moves_by_itself_does_not_look_changed() {
    let folder = tempfile::tempdir().unwrap();
    let run = || begun(folder.path()).schedule(StepShape { every: 1.0, gamma: 0.5 });
    run().callback(StopAt(25)).fit(model(), &data()).unwrap();
    assert_eq!(run().resume(model(), &data()).unwrap().stop, Stop::Finished);
}

/// Counts epochs, from a number on.
struct Count(u64);

impl Callback for Count {
    fn on_epoch_end(&mut self, _: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.0 += 1;
        Ok(ControlFlow::Continue(()))
    }

    fn save(&self) -> Option<Value> {
        Some(self.0.into())
    }

    fn load(&mut self, state: &Value) {
        self.0 = state.as_u64().unwrap();
    }
}

/// Of another type, with a state of another form: would fail on that of [`Count`].
struct Names(Vec<String>);

impl Callback for Names {
    fn key(&self) -> &str {
        "names"
    }

    fn save(&self) -> Option<Value> {
        Some(self.0.clone().into())
    }

    fn load(&mut self, state: &Value) {
        self.0 = serde_json::from_value(state.clone()).unwrap();
    }
}

/// What callbacks kept at the end of the run in `folder`, as the newest checkpoint has it.
fn kept(folder: &Path) -> Value {
    let newest = CheckpointStore::new(folder.join("checkpoints"), 2).newest().unwrap().0.unwrap();
    serde_json::from_slice::<Value>(&std::fs::read(newest.path.join("state.json")).unwrap()).unwrap()["callbacks"]
        .take()
}

#[test]
fn a_callback_finds_its_state_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    begun(folder.path())
        .callback_named("one", Count(0))
        .callback_named("hundred", Count(100))
        .callback(StopAt(25))
        .fit(model(), &data())
        .unwrap();
    begun(folder.path())
        .callback(Names(vec!["new".to_owned()]))
        .callback_named("hundred", Count(0))
        .callback_named("one", Count(0))
        .resume(model(), &data())
        .unwrap();
    let wanted = serde_json::json!({ "hundred": 105, "one": 5, "names": ["new"] });
    assert_eq!(kept(folder.path()), wanted);
}

#[test]
fn a_state_that_nothing_takes_is_not_dropped_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    begun(folder.path()).callback(Count(0)).callback(StopAt(25)).fit(model(), &data()).unwrap();
    let error = begun(folder.path()).resume(model(), &data()).unwrap_err().to_string();
    assert!(error.contains("callbacks.") && error.ends_with("::Count was there, is none"), "{error}");
    begun(folder.path()).allow_changes(["callbacks"]).resume(model(), &data()).unwrap();
}

#[test]
fn two_states_under_one_key_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = begun(folder.path()).callback(Count(0)).callback(Count(1)).fit(model(), &data()).unwrap_err();
    assert!(error.to_string().ends_with("::Count\""), "{error}");
    assert_eq!(error.help().as_deref(), Some("name them: Trainer::callback_named"));
    // Two that keep nothing may have one.
    begun(folder.path()).callback(StopAt(99)).callback(StopAt(3)).fit(model(), &data()).unwrap();
}

/// Takes everything that says how the run in `folder` was set, and the keys of callbacks, out of its newest checkpoint:
/// as kiln 0.1.0 wrote it.
fn as_before(folder: &Path, callbacks: &Value) {
    let newest = CheckpointStore::new(folder.join("checkpoints"), 2).list().unwrap().pop().unwrap();
    let path = newest.join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("settings");
    state["callbacks"] = callbacks.clone();
    let text = serde_json::to_vec_pretty(&state).unwrap();
    std::fs::write(&path, &text).unwrap();
    let path = newest.join("MANIFEST.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    manifest["files"]["state.json"] = serde_json::json!({
        "bytes": text.len(), "blake3": blake3::hash(&text).to_hex().to_string()
    });
    std::fs::write(&path, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
}

#[test]
fn checkpoints_without_settings_still_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let run = || begun(folder.path()).callback_named("count", Count(10));
    run().callback(StopAt(25)).fit(model(), &data()).unwrap();
    as_before(folder.path(), &serde_json::json!([12, null]));
    run().callback(StopAt(99)).resume(model(), &data()).unwrap();
    assert_eq!(kept(folder.path()), serde_json::json!({ "count": 15 }));
}
