//! Batches that are accumulated make the step of one large batch, whatever their items and classes count.

use std::sync::Arc;

use burn::nn::{Initializer, LinearConfig};
use burn::tensor::Tolerance;
use kiln_core::{Seed, Weights};
use kiln_data::preprocess::Preprocess;
use kiln_data::{DataConfig, Dataset, Rows, Split};
use kiln_objective::{CrossEntropyConfig, LossConfig, TargetKind};
use kiln_optim::{OptimConfig, SgdConfig};
use kiln_train::{Data, Supervised, TrainConfig, Trainer};

use crate::rows::{CLASSES, FEATURES, dataset, forward};

/// Weights after three epochs, and the steps.
fn run(dataset: Dataset, loss: &CrossEntropyConfig, batch_size: usize, accumulate: usize) -> (u64, Weights) {
    let config = DataConfig { validation: 0.0, test: 0.0, ..DataConfig::new("points") };
    let split = Split::new(&dataset, &config, Seed::new(0)).unwrap();
    let fitted = Arc::new(Preprocess::default().fit(&split.train_view(&dataset)).unwrap());
    let rows = Rows::new(Arc::new(dataset), split.train, Arc::clone(&fitted));
    let loss = LossConfig::CrossEntropy(loss.clone()).build(TargetKind::Classes(CLASSES)).unwrap();
    let config = TrainConfig { epochs: 3, batch_size, accumulate, shuffle: false, ..TrainConfig::default() };
    let sgd = OptimConfig::Sgd(SgdConfig { lr: 0.5, ..SgdConfig::default() });
    let model = LinearConfig::new(FEATURES, CLASSES)
        .with_initializer(Initializer::Zeros)
        .init(&kiln_testkit::device());
    let outcome = Trainer::new(Supervised::new(forward, loss, fitted), config)
        .optimizer(sgd)
        .fit(model, &Data::new(rows))
        .unwrap();
    (outcome.steps, Weights::of(&outcome.model))
}

#[test]
fn batches_count_by_the_weights_of_their_items_and_classes() {
    let plain = CrossEntropyConfig::default();
    let classes = CrossEntropyConfig { class_weights: vec![0.1, 5.0, 1.0, 0.5].into(), ..plain.clone() };
    let ignoring = CrossEntropyConfig { ignore_index: Some(1), label_smoothing: 0.1, ..classes.clone() };
    for loss in [plain, classes, ignoring] {
        for weighted in [false, true] {
            // Windows of two and of three batches; at the end of an epoch one that is short and one that is not full.
            let (whole_steps, whole) = run(dataset(weighted), &loss, 12, 1);
            for (batch_size, accumulate) in [(6, 2), (4, 3)] {
                let (steps, parts) = run(dataset(weighted), &loss, batch_size, accumulate);
                assert_eq!(steps, whole_steps);
                for ((_, a), (_, b)) in whole.iter().zip(parts.iter()) {
                    a.assert_approx_eq::<f32>(b, Tolerance::absolute(2e-6));
                }
            }
        }
    }
}
