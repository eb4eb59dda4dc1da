//! What the loop promises beside exact resume.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use burn::tensor::Tolerance;
use kiln_core::{ErrorKind, Explain, Seed, Weights};
use kiln_data::{Loader, Source};
use kiln_optim::{ExponentialShape, GradientConfig, OptimConfig, ScheduleConfig, SgdConfig};
use kiln_train::{Data, EarlyStoppingConfig, Stop, TrainConfig, Trainer, evaluate};

use crate::common::{PointTask, Points, config, data, model, trainer};

#[test]
fn it_learns() {
    let outcome = trainer(TrainConfig { epochs: 40, ..config() }).fit(model(), &data()).unwrap();
    let first = outcome.history.epochs[0].validation.as_ref().unwrap().get("accuracy").unwrap();
    let best = outcome.history.best().unwrap().validation.as_ref().unwrap().get("accuracy").unwrap();
    assert!(best > 0.8 && best > first, "accuracy went from {first} to {best}");
    assert_eq!(outcome.stop, Stop::Finished);
    assert_eq!(outcome.steps, 40 * 11);
}

#[test]
fn the_best_weights_come_back_and_score_what_the_history_says() {
    // A rate that doubles with every epoch: later weights are worse than earlier ones.
    let sgd = OptimConfig::Sgd(SgdConfig { lr: 0.1, ..SgdConfig::default() });
    let rising = ScheduleConfig::from(ExponentialShape { gamma: 2.0 });
    let config = TrainConfig { epochs: 12, ..config() };
    let outcome = trainer(config).optimizer(sgd).schedule(rising).fit(model(), &data()).unwrap();
    let best = outcome.history.best().unwrap();
    assert!(best.epoch < 12, "the last epoch was the best one: this test shows nothing");
    let loader = Loader::new(Arc::new(Points { seed: Seed::new(2), len: 57 }), 20).unwrap();
    let scores = evaluate(&PointTask::default(), &outcome.model, &loader, &kiln_testkit::device()).unwrap();
    let (now, then) = (scores.metrics(), best.validation.clone().unwrap());
    assert_eq!(now.get("accuracy"), then.get("accuracy"));
    let gap = (now.get("loss").unwrap() - then.get("loss").unwrap()).abs();
    assert!(gap < 1e-5, "the loss of the best weights moved by {gap}");
}

#[test]
fn threads_do_not_change_the_result() {
    let hash = |prefetch| {
        let config = TrainConfig { prefetch, ..config() };
        trainer(config).fit(model(), &data()).unwrap().last_weights_blake3
    };
    let inline = hash(0);
    for prefetch in [1, 2, 4] {
        assert_eq!(hash(prefetch), inline, "{prefetch} threads");
    }
}

#[test]
fn the_seed_changes_the_result() {
    let hash = |seed| trainer(config()).seed(seed).fit(model(), &data()).unwrap().last_weights_blake3;
    assert_ne!(hash(1), hash(2));
}

#[test]
fn accumulated_gradients_average_over_items_and_the_last_short_window_counts_right() {
    // Plain descent without batch norm's batch statistics or dropout would do; here the model in evaluation mode
    // of a linear task is simplest: one linear layer, squared error, 103 items, so that windows are 4·8 and 7.
    let run = |batch_size, accumulate| {
        let config =
            TrainConfig { epochs: 1, batch_size, accumulate, shuffle: false, ..TrainConfig::default() };
        let sgd = OptimConfig::Sgd(SgdConfig { lr: 0.1, ..SgdConfig::default() });
        let data = Data::new(Points { seed: Seed::new(1), len: 103 });
        let outcome =
            Trainer::new(linear::LinearTask, config).optimizer(sgd).seed(3).fit(linear::model(), &data);
        let outcome = outcome.unwrap();
        (outcome.steps, Weights::of(&outcome.model))
    };
    let (whole_steps, whole) = run(32, 1);
    let (steps, accumulated) = run(8, 4);
    assert_eq!((whole_steps, steps), (4, 4));
    for ((name, a), (_, b)) in whole.iter().zip(accumulated.iter()) {
        a.assert_approx_eq::<f32>(b, Tolerance::absolute(1e-6));
        assert!(!name.is_empty());
    }
}

#[test]
fn a_loss_that_is_not_a_number_stops_the_run_and_names_the_place() {
    let mut trainer = Trainer::new(PointTask { poison: Some(Arc::new(AtomicI64::new(15))) }, config());
    let error = trainer.fit(model(), &data()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Diverged);
    assert_eq!(error.to_string(), "the training loss became NaN in epoch 2 at step 15");
    assert!(error.help().unwrap().contains("optim.lr"));
}

#[test]
fn early_stopping_stops() {
    let sgd = OptimConfig::Sgd(SgdConfig { lr: 1e-9, ..SgdConfig::default() });
    let early = EarlyStoppingConfig { patience: 3, min_delta: 0.1, warmup: 2 };
    let config = TrainConfig { epochs: 50, ..config() };
    let outcome = trainer(config).optimizer(sgd).early_stopping(early).fit(model(), &data()).unwrap();
    assert_eq!(outcome.stop, Stop::EarlyStopping { patience: 3 });
    // One epoch sets the mark, the second is warm-up, three more are tolerated.
    assert_eq!(outcome.history.epochs.len(), 5);
}

#[test]
fn limits_end_the_run() {
    let steps = TrainConfig { steps: Some(15), ..config() };
    let outcome = trainer(steps).fit(model(), &data()).unwrap();
    assert_eq!((outcome.steps, outcome.stop, outcome.history.epochs.len()), (15, Stop::Finished, 2));

    let time = TrainConfig { time_limit: Some(1e-9), ..config() };
    let outcome = trainer(time).fit(model(), &data()).unwrap();
    assert_eq!((outcome.steps, outcome.stop), (1, Stop::TimeLimit));
}

#[test]
fn one_batch_can_be_learned_by_heart() {
    let config = TrainConfig { epochs: 300, overfit_batch: true, ..config() };
    let data = Data::new(Points { seed: Seed::new(1), len: 103 });
    let outcome = trainer(config).fit(model(), &data).unwrap();
    assert_eq!(outcome.steps, 300);
    let loss = |record: &kiln_train::EpochRecord| record.train.get("loss").unwrap();
    let (first, last) = (loss(&outcome.history.epochs[0]), loss(outcome.history.last().unwrap()));
    assert!(last < 0.4 * first, "the loss on 10 items went from {first} to {last} only");
}

#[test]
fn a_metric_that_is_not_there_is_an_error_that_names_those_that_are() {
    let config = TrainConfig { monitor: "f1".to_owned(), ..config() };
    let error = trainer(config).fit(model(), &data()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("accuracy"), "{error}");
}

#[test]
fn settings_out_of_range_are_named() {
    for (config, name) in [
        (TrainConfig { epochs: 0, ..config() }, "train.epochs"),
        (TrainConfig { accumulate: 0, ..config() }, "train.accumulate"),
        (TrainConfig { clip_norm: Some(f64::NAN), ..config() }, "train.clip_norm"),
        (TrainConfig { clip_value: Some(0.0), ..config() }, "train.clip_value"),
        (TrainConfig { steps: Some(0), ..config() }, "train.steps"),
    ] {
        let error = trainer(config).fit(model(), &data()).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
        assert_eq!(error.kind(), ErrorKind::Usage);
    }
}

#[test]
fn the_whole_set_can_be_one_batch() {
    let config = TrainConfig { batch_size: 0, epochs: 2, ..config() };
    assert_eq!(trainer(config).fit(model(), &data()).unwrap().steps, 2);
    assert_eq!(Points { seed: Seed::new(1), len: 3 }.len(), 3);
}

mod linear {
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::Tensor;
    use kiln_core::Seed;
    use kiln_train::{Scores, Task};

    use crate::common::{CLASSES, FEATURES, PointBatch, cross_entropy};

    #[derive(Debug)]
    pub(crate) struct LinearTask;

    pub(crate) fn model() -> Linear {
        let zero = burn::nn::Initializer::Zeros;
        LinearConfig::new(FEATURES, CLASSES).with_initializer(zero).init(&kiln_testkit::device())
    }

    impl Task for LinearTask {
        type Model = Linear;
        type Batch = PointBatch;

        fn loss(&self, model: &Linear, batch: PointBatch, _: Seed) -> Tensor<1> {
            cross_entropy(model.forward(batch.x), batch.y)
        }

        fn score(&self, _: &Linear, _: PointBatch, _: &mut Scores) {}
    }
}

#[test]
fn gradient_norms_are_recorded_where_they_are_asked_for_or_needed() {
    let norms = |config: TrainConfig, gradient: GradientConfig| {
        let outcome = trainer(config).gradient(gradient).fit(model(), &data()).unwrap();
        let last = outcome.history.last().unwrap().train.clone();
        (last.get("grad_norm").zip(last.get("grad_norm_max")), outcome.last_weights_blake3)
    };
    let (none, plain) = norms(config(), GradientConfig::default());
    assert_eq!(none, None);
    let (recorded, watched) = norms(config(), GradientConfig { record_norm: true, ..Default::default() });
    let (mean, max) = recorded.unwrap();
    assert!(0.0 < mean && mean < max, "{mean} {max}");
    assert_eq!(watched, plain, "looking changes nothing");
    // The norm before clipping, whatever is clipped.
    let loose = TrainConfig { clip_norm: Some(1e9), ..config() };
    assert_eq!(norms(loose, GradientConfig::default()).0, recorded);
    let tight = TrainConfig { clip_norm: Some(1e-3), epochs: 1, ..config() };
    let (clipped, _) = norms(tight, GradientConfig::default());
    assert!(clipped.unwrap().0 > 1e-2, "{clipped:?}");
}

#[test]
fn each_treatment_of_the_gradient_changes_the_training() {
    let trained = |gradient: GradientConfig| {
        let config = TrainConfig { epochs: 1, ..config() };
        trainer(config).gradient(gradient).fit(model(), &data()).unwrap().last_weights_blake3
    };
    let default = GradientConfig::default;
    let mut all = vec![
        trained(default()),
        trained(GradientConfig { clip_param_norm: Some(1e-2), ..default() }),
        trained(GradientConfig { adaptive_clip: Some(1e-3), ..default() }),
        trained(GradientConfig { centralize: true, ..default() }),
        trained(GradientConfig { noise: Some(1e-3), ..default() }),
        trained(GradientConfig { noise: Some(1e-3), noise_decay: 1.0, ..default() }),
    ];
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6);
    let error = trainer(config())
        .gradient(GradientConfig { noise: Some(0.0), ..default() })
        .fit(model(), &data())
        .unwrap_err();
    assert_eq!(error.to_string(), "gradient.noise is 0, it must be greater than 0");
}
