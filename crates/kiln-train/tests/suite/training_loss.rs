//! The training loss of an epoch is the mean that the evaluation of the same weights gives: over what the items count.

use std::sync::Arc;

use burn::nn::{Initializer, Linear, LinearConfig};
use kiln_core::Seed;
use kiln_data::preprocess::Preprocess;
use kiln_data::{Batch, DataConfig, Loader, Rows, Split};
use kiln_objective::{CrossEntropyConfig, LossConfig, TargetKind};
use kiln_optim::{OptimConfig, SgdConfig};
use kiln_train::{Data, LrFinderConfig, PartOptimizer, Supervised, TrainConfig, Trainer, evaluate};

use crate::rows::{CLASSES, FEATURES, dataset, forward};

/// Rows, their task, and a model that classes differ in.
fn parts(weighted: bool, loss: &CrossEntropyConfig) -> (Rows, Supervised<Linear>, Linear) {
    let dataset = dataset(weighted);
    let config = DataConfig { validation: 0.0, test: 0.0, ..DataConfig::new("points") };
    let split = Split::new(&dataset, &config, Seed::new(0)).unwrap();
    let fitted = Arc::new(Preprocess::default().fit(&split.train_view(&dataset)).unwrap());
    let rows = Rows::new(Arc::new(dataset), split.train, Arc::clone(&fitted));
    let loss = LossConfig::CrossEntropy(loss.clone()).build(TargetKind::Classes(CLASSES)).unwrap();
    let model = LinearConfig::new(FEATURES, CLASSES)
        .with_initializer(Initializer::Zeros)
        .init(&kiln_testkit::device());
    (rows, Supervised::new(forward, loss, fitted), uneven(model))
}

/// The model with other biases for other classes, so that the classes have other losses.
fn uneven(model: Linear) -> Linear {
    let mut weights = kiln_core::Weights::of(&model);
    let bias = burn::tensor::TensorData::new(vec![1.0_f32, -1.0, 0.5, 0.0], [CLASSES]);
    weights.insert("bias", bias);
    weights.apply(model).unwrap()
}

/// An optimiser that leaves the weights alone.
fn still() -> OptimConfig {
    OptimConfig::Sgd(SgdConfig { lr: 0.0, ..SgdConfig::default() })
}

/// What evaluation says of all rows at once.
fn wanted(weighted: bool, loss: &CrossEntropyConfig) -> f64 {
    let (rows, task, model) = parts(weighted, loss);
    let loader: Loader<Batch> = Loader::new(rows, 0).unwrap();
    evaluate(&task, &model, &loader, &kiln_testkit::device()).unwrap().metrics().get("loss").unwrap()
}

#[track_caller]
fn assert_same(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 2e-6 * wanted.abs(), "{found}, not {wanted}");
}

fn losses() -> [CrossEntropyConfig; 3] {
    let plain = CrossEntropyConfig::default();
    let classes = CrossEntropyConfig { class_weights: vec![0.1, 5.0, 1.0, 0.5].into(), ..plain.clone() };
    let ignoring = CrossEntropyConfig { ignore_index: Some(1), ..classes.clone() };
    [plain, classes, ignoring]
}

#[test]
fn it_is_that_of_the_evaluation_however_batches_are_cut() {
    for loss in losses() {
        for weighted in [false, true] {
            let wanted = wanted(weighted, &loss);
            // All at once; a short last batch; accumulated, with a short last window; single items; more than are read at once.
            for (batch_size, accumulate) in [(0, 1), (12, 1), (6, 2), (4, 3), (1, 1)] {
                let (rows, task, model) = parts(weighted, &loss);
                let config = TrainConfig { epochs: 2, batch_size, accumulate, ..TrainConfig::default() };
                let outcome =
                    Trainer::new(task, config).optimizer(still()).fit(model, &Data::new(rows)).unwrap();
                for epoch in &outcome.history.epochs {
                    assert_same(epoch.train.get("loss").unwrap(), wanted);
                }
            }
        }
    }
}

#[test]
fn several_optimisers_and_the_rate_finder_weigh_alike() {
    for loss in losses() {
        let wanted = wanted(true, &loss);
        let (rows, task, model) = parts(true, &loss);
        let config = TrainConfig { epochs: 1, batch_size: 6, accumulate: 2, ..TrainConfig::default() };
        let outcome = Trainer::new(task, config)
            .optimizer_for("weight", still())
            .optimizer_for("bias", PartOptimizer::from(still()))
            .fit(model, &Data::new(rows))
            .unwrap();
        let train = &outcome.history.epochs[0].train;
        assert_same(train.get("loss.weight").unwrap(), wanted);
        assert_same(train.get("loss.bias").unwrap(), wanted);

        // A window of the finder is an epoch here, and its rates are too small to move anything.
        let (rows, task, model) = parts(true, &loss);
        let config = TrainConfig { batch_size: 6, accumulate: 7, ..TrainConfig::default() };
        let tiny = LrFinderConfig { start: 1e-12, end: 1e-11, ..LrFinderConfig::default() };
        let found = Trainer::new(task, config).lr_find(&model, &Data::new(rows), &tiny).unwrap();
        assert_same(found.points[0].loss, wanted);
    }
}

#[test]
fn rows_that_count_nothing_leave_a_mean_of_the_others() {
    // Every third row weighs 0: batches of one of them have nothing to say.
    let plain = CrossEntropyConfig::default();
    let wanted = wanted(true, &plain);
    let (rows, task, model) = parts(true, &plain);
    let config = TrainConfig { epochs: 1, batch_size: 1, ..TrainConfig::default() };
    let outcome = Trainer::new(task, config).optimizer(still()).fit(model, &Data::new(rows)).unwrap();
    assert_same(outcome.history.epochs[0].train.get("loss").unwrap(), wanted);
}
