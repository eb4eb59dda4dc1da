//! Parameters that are not trained for a while.

use std::path::Path;

use kiln_core::{ErrorKind, Explain, ParamSelection, Seed, Weights, params};
use kiln_objective::{ConstraintConfig, L2Config, MaxNormConfig, PenaltyConfig};
use kiln_optim::{
    AdamwConfig, AverageConfig, EmaConfig, OptimConfig, ScheduleFreeSgdConfig, SgdConfig, SwaConfig,
};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{CheckpointConfig, Data, Freeze, Stop, TrainConfig, Trainer};

use crate::common::{Net, PointTask, Points, config, data, model, trainer};
use crate::stopped::{StopAt, end};

fn body() -> ParamSelection {
    ParamSelection::paths(["hidden", "norm"])
}

/// Steps of an epoch.
const EPOCH: u64 = 11;

/// Everything that can move a weight, not the gradient alone.
fn moving(epochs: u64) -> Trainer<PointTask> {
    trainer(TrainConfig { epochs, ..config() })
        .optimizer(OptimConfig::Adamw(AdamwConfig { lr: 0.01, weight_decay: 0.1, ..AdamwConfig::default() }))
        .penalty(PenaltyConfig::L2(L2Config::new(0.01)))
        .constraint(ConstraintConfig::MaxNorm(MaxNormConfig { max: 0.3, ..MaxNormConfig::default() }))
}

/// Paths of the tensors that a training moved.
fn moved(mut trainer: Trainer<PointTask>) -> Vec<String> {
    // Without a validation part the last weights come back.
    let data = Data::new(Points { seed: Seed::new(1), len: 103 });
    let before = Weights::of(&model());
    let after = Weights::of(&trainer.fit(model(), &data).unwrap().model);
    let changed = before.iter().filter(|(name, data)| after.get(name) != Some(data));
    changed.map(|(name, _)| name.to_owned()).collect()
}

const STATISTICS: [&str; 2] = ["norm.running_mean", "norm.running_var"];
const HEAD: [&str; 2] = ["output.bias", "output.weight"];

#[test]
fn what_is_frozen_does_not_move_and_all_the_rest_does() {
    let everything = moved(moving(2));
    assert_eq!(everything.len(), 8, "{everything:?}");
    let statistics_move = [&STATISTICS[..], &HEAD[..]].concat();
    assert_eq!(moved(moving(2).freeze(body())), statistics_move);
    let all_but = Freeze::all_but(ParamSelection::paths(["output"]));
    assert_eq!(moved(moving(2).freeze(all_but.clone())), statistics_move);
    assert_eq!(moved(moving(2).freeze(all_but.statistics())), HEAD);
    // A batch norm that is not frozen as a whole goes on as it was.
    let weights = Freeze::new(ParamSelection::Weights).statistics();
    let rest = ["hidden.bias", "norm.beta", "norm.gamma", STATISTICS[0], STATISTICS[1], "output.bias"];
    assert_eq!(moved(moving(2).freeze(weights)), rest);
}

#[test]
fn a_thaw_comes_when_it_is_said() {
    for freeze in [Freeze::new(body()).epochs(2), Freeze::new(body()).steps(2 * EPOCH)] {
        assert!(!moved(moving(2).freeze(freeze.clone())).contains(&"hidden.weight".to_owned()));
        assert_eq!(moved(moving(3).freeze(freeze)).len(), 8);
    }
    // The last thaw of a parameter counts.
    let two = |first, second| {
        moved(moving(2).freeze(Freeze::new(body()).epochs(first)).freeze(Freeze::new(body()).epochs(second)))
    };
    assert_eq!((two(1, 2), two(2, 1)), (moved(moving(2).freeze(body())), moved(moving(2).freeze(body()))));
    assert_eq!(moved(moving(1).freeze(Freeze::new(body()).epochs(0))).len(), 8);
}

#[test]
fn the_state_of_the_optimiser_begins_with_the_thaw() {
    let folder = tempfile::tempdir().unwrap();
    let freeze = Freeze::new(body()).steps(15);
    moving(2)
        .freeze(freeze)
        .run_dir(folder.path(), CheckpointConfig::default())
        .fit(model(), &data())
        .unwrap();
    let newest = CheckpointStore::new(folder.path().join("checkpoints"), 2).newest().unwrap().0.unwrap();
    let steps =
        |path: &str| newest.optimizer.get(&format!("step/{path}")).unwrap().iter::<i64>().sum::<i64>();
    assert_eq!((steps("output.weight"), steps("hidden.weight"), steps("norm.gamma")), (22, 7, 7));
}

/// Burn has the same for a module that is frozen once and for all.
#[test]
fn it_is_what_burn_does_with_a_module_that_is_frozen() {
    let last = |mut trainer: Trainer<PointTask>, model: Net| {
        trainer.fit(model, &data()).unwrap().last_weights_blake3
    };
    let frozen = |statistics: bool| {
        let model =
            params::set_trainable(model(), |info| (!info.path.starts_with("output")).then_some(false));
        params::set_training(model, |layer| (statistics && layer == "norm").then_some(false))
    };
    let plain = last(moving(3), model());
    for statistics in [false, true] {
        let freeze = Freeze::new(body());
        let freeze = if statistics { freeze.statistics() } else { freeze };
        let (ours, burns) = (last(moving(3).freeze(freeze), model()), last(moving(3), frozen(statistics)));
        assert_eq!(ours, burns, "statistics: {statistics}");
        assert_ne!(ours, plain);
    }
    assert_ne!(last(moving(3), frozen(true)), last(moving(3), frozen(false)));
}

/// A run that was stopped anywhere ends with the bits of one that was not.
#[test]
fn a_resumed_run_thaws_where_the_uninterrupted_one_did() {
    type Change = fn(Trainer<PointTask>) -> Trainer<PointTask>;
    let changes: [Change; 5] = [
        |trainer| trainer,
        |trainer| {
            let sgd = SgdConfig { lr: 0.05, momentum: 0.9, ..SgdConfig::default() };
            trainer.optimizer(OptimConfig::Sgd(sgd))
        },
        |trainer| {
            let free = ScheduleFreeSgdConfig { lr: 0.05, ..ScheduleFreeSgdConfig::default() };
            trainer.optimizer(OptimConfig::ScheduleFreeSgd(free))
        },
        |trainer| trainer.average(AverageConfig::Ema(EmaConfig { decay: 0.9, ..EmaConfig::default() })),
        |trainer| trainer.average(AverageConfig::Swa(SwaConfig { start: 0.1, ..SwaConfig::default() })),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let run = |folder: &Path| {
            // The body thaws from the top, the statistics last, and inside an epoch.
            let trainer = moving(4)
                .freeze(Freeze::new(ParamSelection::paths(["hidden"])).steps(16))
                .freeze(Freeze::new(ParamSelection::Norms).epochs(2).statistics())
                .run_dir(folder, CheckpointConfig { every_steps: Some(4), ..CheckpointConfig::default() });
            change(trainer)
        };
        let whole = tempfile::tempdir().unwrap();
        let outcome = run(whole.path()).fit(model(), &data()).unwrap();
        let whole = end(whole.path(), outcome);
        for stop in [1, 11, 15, 16, 17, 22, 23, 30] {
            let folder = tempfile::tempdir().unwrap();
            let first = run(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
            assert_eq!(first.stop, Stop::Interrupted);
            let outcome = run(folder.path()).resume(model(), &data()).unwrap();
            assert_eq!(end(folder.path(), outcome), whole, "change {number}, stopped at step {stop}");
        }
    }
}

#[test]
fn the_model_that_comes_back_has_nothing_frozen_but_what_was_before() {
    let first = moving(1).freeze(Freeze::new(body()).statistics()).fit(model(), &data()).unwrap().model;
    let before = Weights::of(&first);
    let second = Weights::of(&moving(1).fit(first, &data()).unwrap().model);
    assert!(before.iter().all(|(name, data)| second.get(name) != Some(data)));

    // Frozen by the user, not by the trainer.
    let own = params::set_trainable(model(), |info| (info.path == "hidden.bias").then_some(false));
    let first = moving(1).freeze(ParamSelection::paths(["norm"])).fit(own, &data()).unwrap().model;
    let second = Weights::of(&moving(1).fit(first, &data()).unwrap().model);
    assert_eq!(second.get("hidden.bias"), Weights::of(&model()).get("hidden.bias"));
}

#[test]
fn a_path_that_is_not_there_and_a_model_without_anything_to_train_are_errors() {
    let error =
        moving(1).freeze(ParamSelection::paths(["hidden", "hiden"])).fit(model(), &data()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("hiden") && error.to_string().contains("output.weight"), "{error}");
    assert!(error.help().is_some());
    let error = moving(1).freeze(ParamSelection::All).fit(model(), &data()).unwrap_err();
    assert_eq!(error.to_string(), "every parameter of the model is frozen in the first step");
}
