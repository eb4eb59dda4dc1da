//! Several optimisers in one training: each moves its own parameters and nothing else, and a resume is exact.

use std::path::Path;

use burn::tensor::Tensor;
use kiln_core::{ErrorKind, Explain, ParamSelection, Seed, Weights};
use kiln_objective::{CumulativeL1Config, L2Config, PenaltyConfig};
use kiln_optim::{
    AdamConfig, AverageConfig, LionConfig, OptimConfig, ScheduleConfig, ScheduleFreeAdamwConfig, SgdConfig,
};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{
    CheckpointConfig, Freeze, LrFinderConfig, PartOptimizer, Scores, Task, TrainConfig, TrainError, Trainer,
};

use crate::common::{Net, PointBatch, PointTask, config, data, model};
use crate::stopped::{End, StopAt, end};

/// The task of the other tests, whose body makes no step now and then.
#[derive(Debug, Clone, Default)]
struct Turns {
    points: PointTask,
    step: u64,
    /// The optimiser that never makes one.
    idle: &'static str,
    /// The optimiser whose loss becomes NaN at this step, from 0.
    poisoned: Option<(&'static str, u64)>,
}

impl Task for Turns {
    type Model = Net;
    type Batch = PointBatch;

    fn loss(&self, model: &Net, batch: PointBatch, seed: Seed) -> Tensor<1> {
        self.points.loss(model, batch, seed)
    }

    fn loss_for(&self, optimizer: &str, model: &Net, batch: PointBatch, seed: Seed) -> Option<Tensor<1>> {
        let waits = optimizer == self.idle || (optimizer == "body" && self.step % 3 == 1);
        let factor = if self.poisoned == Some((optimizer, self.step)) { f64::NAN } else { 1.0 };
        (!waits).then(|| self.loss(model, batch, seed).mul_scalar(factor))
    }

    fn set_step(&mut self, step: u64) {
        self.step = step;
    }

    fn score(&self, model: &Net, batch: PointBatch, scores: &mut Scores) {
        self.points.score(model, batch, scores);
    }
}

fn sgd(lr: f64) -> OptimConfig {
    SgdConfig { lr, momentum: 0.9, weight_decay: 0.01, ..SgdConfig::default() }.into()
}

fn body(optim: impl Into<PartOptimizer>) -> PartOptimizer {
    optim.into().params(ParamSelection::Paths(vec!["hidden".to_owned(), "norm".to_owned()]))
}

fn trainer(task: Turns, config: TrainConfig) -> Trainer<Turns> {
    Trainer::new(task, config)
        .seed(7)
        .optimizer_for("body", body(AdamConfig { lr: 0.01, ..AdamConfig::default() }))
        .optimizer_for("output", sgd(0.05))
}

fn section(value: serde_json::Value) -> ScheduleConfig {
    serde_json::from_value(value).unwrap()
}

/// Runs that are stopped anywhere must end as one that is not.
fn check_every_stop(build: impl Fn(&Path) -> Trainer<Turns>, stops: impl IntoIterator<Item = u64>) -> End {
    let whole = tempfile::tempdir().unwrap();
    let outcome = build(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    for stop in stops {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = build(folder.path()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
    whole
}

fn checkpoints() -> CheckpointConfig {
    CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 }
}

#[test]
fn every_stopping_point_leads_to_the_same_end() {
    let plateau = section(serde_json::json!({
        "kind": "plateau", "factor": 0.5, "patience": 0, "threshold": 0.9
    }));
    // It remembers what each bias owes, of either optimiser.
    let owed = CumulativeL1Config { strength: 0.002, params: ParamSelection::Biases, schedule: None };
    let build = |folder: &Path| {
        let free = ScheduleFreeAdamwConfig { lr: 0.01, ..ScheduleFreeAdamwConfig::default() };
        Trainer::new(Turns::default(), config())
            .seed(7)
            .schedule(plateau.clone())
            .penalty(PenaltyConfig::CumulativeL1(owed.clone()))
            .optimizer_for("output", PartOptimizer::new(sgd(0.05)).clip_norm(0.5))
            .optimizer_for("body", body(free).schedule(section(serde_json::json!({ "kind": "constant" }))))
            .run_dir(folder, checkpoints())
    };
    // 11 steps an epoch.
    let whole = check_every_stop(build, [1, 4, 7, 11, 13, 22, 40]);
    let train = &whole.history[0].train;
    assert!(train.get("grad_norm.output").is_some() && train.get("grad_norm.body").is_none());
    assert!(whole.history.iter().any(|epoch| epoch.lr < 0.05), "the plateau did something");
}

#[test]
fn accumulation_and_an_average_do_not_change_that() {
    let average: AverageConfig = serde_json::from_value(serde_json::json!({ "kind": "swa" })).unwrap();
    let config = TrainConfig { accumulate: 2, ..config() };
    check_every_stop(
        |folder| {
            trainer(Turns::default(), config.clone()).average(average.clone()).run_dir(folder, checkpoints())
        },
        [1, 3, 8, 14],
    );
}

#[test]
fn who_makes_no_step_keeps_every_bit() {
    let before = Weights::of(&model());
    let task = Turns { idle: "body", ..Turns::default() };
    let outcome =
        trainer(task, config()).penalty(PenaltyConfig::L2(L2Config::new(0.1))).fit(model(), &data()).unwrap();
    let after = Weights::of(&outcome.model);
    for (path, data) in before.iter().filter(|(path, _)| !path.contains("running")) {
        assert_eq!(path.starts_with("output"), after.get(path) != Some(data), "{path}");
    }
    let train = &outcome.history.epochs[0].train;
    assert_eq!((train.get("loss"), train.get("loss.body")), (train.get("loss.output"), None));
}

#[test]
fn what_is_frozen_needs_no_optimiser_and_what_thaws_has_one() {
    let paths = || ParamSelection::Paths(vec!["hidden".to_owned(), "norm".to_owned()]);
    let outcome = Trainer::new(Turns::default(), config())
        .optimizer_for("output", sgd(0.05))
        .freeze(paths())
        .fit(model(), &data())
        .unwrap();
    let (before, after) = (Weights::of(&model()), Weights::of(&outcome.model));
    for (path, data) in before.iter().filter(|(path, _)| !path.contains("running")) {
        assert_eq!(path.starts_with("output"), after.get(path) != Some(data), "{path}");
    }
    let build = |folder: &Path| {
        trainer(Turns::default(), config())
            .freeze(Freeze::new(paths()).steps(13))
            .run_dir(folder, checkpoints())
    };
    let whole = check_every_stop(build, [4, 12, 13, 14, 30]);
    let losses = whole.history.iter().map(|epoch| epoch.train.get("loss.body").is_some());
    assert_eq!(losses.collect::<Vec<_>>(), [false, true, true, true, true]);
}

#[test]
fn optimisers_of_one_loss_are_one_optimiser() {
    let one = Trainer::new(Turns::default(), config()).seed(7).optimizer(sgd(0.05));
    let two = Trainer::new(Turns::default(), config())
        .seed(7)
        .optimizer_for("output", sgd(0.05))
        .optimizer_for("body", body(sgd(0.05)).loss_of("output"));
    let [one, two] = [one, two].map(|mut trainer| trainer.fit(model(), &data()).unwrap().last_weights_blake3);
    assert_eq!(one, two);
}

#[test]
fn a_loss_that_is_no_number_says_whose_it_is() {
    let task = Turns { poisoned: Some(("output", 14)), ..Turns::default() };
    let error = trainer(task, config()).fit(model(), &data()).unwrap_err();
    assert_eq!(error.to_string(), "the training loss of output became NaN in epoch 2 at step 15");
    assert_eq!(error.kind(), ErrorKind::Diverged);
}

#[test]
fn every_parameter_is_one_optimisers() {
    let fails = |trainer: Trainer<Turns>| {
        let mut trainer = trainer;
        let error = trainer.fit(model(), &data()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(matches!(error, TrainError::Part(_)), "{error}");
        error.to_string()
    };
    let new = || Trainer::new(Turns::default(), config()).optimizer_for("output", sgd(0.1));
    assert_eq!(fails(new()), "no optimiser is for the parameter hidden.weight; there are output");
    assert_eq!(
        fails(new().optimizer_for("rest", body(sgd(0.1)).params(ParamSelection::All))),
        "the optimisers output and rest are both for the parameter output.weight"
    );
    let missing = PartOptimizer::new(sgd(0.1));
    assert!(
        fails(new().optimizer_for("head", missing))
            .starts_with("the optimiser head is for [\"head\"], which")
    );
    assert!(fails(new().optimizer_for("output", sgd(0.1))).ends_with("another one has it"));
    assert!(fails(new().optimizer_for("a/b", sgd(0.1))).ends_with("it contains a slash"));
    let stray = body(sgd(0.1)).loss_of("nobody");
    assert!(fails(new().optimizer_for("body", stray)).contains("takes its gradients from \"nobody\""));
    let error = fails(new().optimizer_for("body", body(sgd(-1.0))));
    assert!(error.contains("lr") && error.ends_with("(the optimiser body)"), "{error}");
}

#[test]
fn what_is_proximal_for_one_need_not_be_for_another() {
    let biases = CumulativeL1Config { strength: 0.002, params: ParamSelection::All, schedule: None };
    let of = |paths: &str| {
        let params = ParamSelection::Paths(vec![paths.to_owned()]);
        PenaltyConfig::CumulativeL1(CumulativeL1Config { params, ..biases.clone() })
    };
    let build = |penalty| {
        Trainer::new(Turns::default(), TrainConfig { epochs: 1, ..config() })
            .penalty(penalty)
            .optimizer_for("output", OptimConfig::from(LionConfig::default()))
            .optimizer_for("body", body(sgd(0.05)))
    };
    assert!(build(of("hidden")).fit(model(), &data()).is_ok());
    let error = build(of("output")).fit(model(), &data()).unwrap_err();
    assert!(error.to_string().starts_with("penalty.0 cannot be proximal"), "{error}");
    assert!(error.to_string().ends_with("(the optimiser output)"), "{error}");
}

#[test]
fn what_knows_one_optimiser_says_so() {
    let trainer = trainer(Turns::default(), config());
    let found = trainer.lr_find(&model(), &data(), &LrFinderConfig::default()).unwrap_err();
    assert!(found.to_string().starts_with("Trainer::lr_find is for trainings with one optimiser"), "{found}");
    assert!(trainer.preview(&data(), 10).is_err());
}

#[test]
fn files_of_one_optimiser_are_as_before_and_of_several_have_names() {
    let entries = |trainer: Trainer<Turns>| {
        let folder = tempfile::tempdir().unwrap();
        let mut trainer = trainer.run_dir(folder.path(), CheckpointConfig::default());
        trainer.fit(model(), &data()).unwrap();
        let newest = CheckpointStore::new(folder.path().join("checkpoints"), 2).newest().unwrap().0.unwrap();
        let state = std::fs::read_to_string(newest.path.join("state.json")).unwrap();
        let names = newest.optimizer.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        (names, state.contains("others"))
    };
    let (names, others) = entries(Trainer::new(Turns::default(), config()).optimizer(sgd(0.05)));
    assert!(names.contains(&"updates".to_owned()) && names.contains(&"step/hidden.weight".to_owned()));
    assert!(!others);
    let (names, others) = entries(trainer(Turns::default(), config()));
    assert!(names.contains(&"body/step/hidden.weight".to_owned()), "{names:?}");
    assert!(names.contains(&"output/updates".to_owned()) && others, "{names:?}");
    assert!(!names.contains(&"output/step/hidden.weight".to_owned()), "{names:?}");
}
