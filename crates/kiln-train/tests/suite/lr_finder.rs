//! The learning-rate range test finds a rate, and leaves everything as it was.

use kiln_core::Weights;
use kiln_optim::{OptimConfig, ScheduleConfig, SgdConfig};
use kiln_train::{LrFinderConfig, TrainConfig};

use crate::common::{config, data, model, trainer};

fn sgd() -> OptimConfig {
    OptimConfig::Sgd(SgdConfig { lr: 0.1, momentum: 0.9, ..SgdConfig::default() })
}

fn rates() -> LrFinderConfig {
    LrFinderConfig { start: 1e-4, end: 1e3, steps: 60, ..LrFinderConfig::default() }
}

#[test]
fn the_model_and_the_training_are_as_without_the_test() {
    let without = trainer(config()).optimizer(sgd()).fit(model(), &data()).unwrap();

    let mut trainer = trainer(config()).optimizer(sgd());
    let model = model();
    // Running statistics of batch norm are among the weights.
    let before = Weights::of(&model);
    assert!(before.iter().any(|(name, _)| name.ends_with("running_var")));
    let first = trainer.lr_find(&model, &data(), &rates()).unwrap();
    assert_eq!(Weights::of(&model).blake3(), before.blake3());
    let second = trainer.lr_find(&model, &data(), &rates()).unwrap();
    assert_eq!(first, second);
    let with = trainer.fit(model, &data()).unwrap();
    assert_eq!(with.last_weights_blake3, without.last_weights_blake3);
    assert_eq!(with.history.epochs.len(), without.history.epochs.len());
}

#[test]
fn the_rate_that_it_finds_is_one_to_train_with() {
    let test = trainer(config()).optimizer(sgd()).lr_find(&model(), &data(), &rates()).unwrap();
    let (first, last) = (test.points.first().unwrap(), test.points.last().unwrap());
    assert_eq!((first.lr, first.smoothed), (1e-4, first.loss));
    assert!(last.lr > first.lr && test.points.len() > 20);
    assert!(test.points.windows(2).all(|pair| pair[1].lr > pair[0].lr));
    let lr = test.steepest.unwrap();
    assert!((1e-3..10.0).contains(&lr), "{lr}");
    let trained = |lr| {
        let optim = OptimConfig::Sgd(SgdConfig { lr, ..SgdConfig::default() });
        let outcome = trainer(TrainConfig { epochs: 10, ..config() }).optimizer(optim).fit(model(), &data());
        outcome.unwrap().history.last().unwrap().train.get("loss").unwrap()
    };
    assert!(trained(lr) < trained(lr / 1000.0));
}

#[test]
fn a_loss_that_is_no_number_ends_the_test() {
    let wild =
        LrFinderConfig { start: 1.0, end: 1e30, steps: 200, diverged: 1e300, ..LrFinderConfig::default() };
    let test = trainer(config()).optimizer(sgd()).lr_find(&model(), &data(), &wild).unwrap();
    assert!(test.diverged && test.points.len() < 200);
    assert!(test.points.iter().all(|point| point.smoothed.is_finite()));
}

#[test]
fn a_preview_holds_both_ends_and_no_more_points_than_asked_for() {
    let schedule = |value| -> ScheduleConfig { serde_json::from_value(value).unwrap() };
    let trainer = trainer(config())
        .schedule(schedule(serde_json::json!({ "kind": "one-cycle", "cycle_momentum": true })))
        .optimizer(OptimConfig::Sgd(SgdConfig { lr: 0.1, weight_decay: 0.1, ..SgdConfig::default() }))
        .weight_decay_schedule(schedule(serde_json::json!({ "kind": "linear" })));
    let preview = trainer.preview(&data(), 1000).unwrap();
    assert_eq!((preview.steps_per_epoch, preview.steps, preview.points.len()), (11, 55, 55));
    let (first, last) = (preview.points[0], preview.points[54]);
    assert_eq!((first.step, last.step), (0, 54));
    assert!((first.lr - 0.1 / 25.0).abs() < 1e-15 && (last.lr - 0.1 / 25e4).abs() < 1e-15);
    assert_eq!((first.momentum, first.weight_decay), (Some(0.95), Some(0.1)));
    let few = trainer.preview(&data(), 10).unwrap();
    assert!(few.points.len() <= 11 && few.points.last() == Some(&last) && few.points[0] == first);
}
