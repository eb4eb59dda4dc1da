//! Batches of one item and batch norm: refused before the first step where a channel would have one value.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use kiln_core::{Explain, Seed};
use kiln_train::{Data, Scores, Task, TrainConfig, TrainError, Trainer};

use crate::common::{CLASSES, FEATURES, PointBatch, PointTask, Points, cross_entropy, model, trainer};

fn points(len: usize) -> Data<PointBatch> {
    Data::new(Points { seed: Seed::new(1), len })
}

fn config(batch_size: usize) -> TrainConfig {
    TrainConfig { epochs: 1, batch_size, ..TrainConfig::default() }
}

fn train(len: usize, config: TrainConfig) -> Result<u64, TrainError> {
    let checked = trainer(config.clone()).check_batches(&model(), &points(len)).is_ok();
    let steps = trainer(config).fit(model(), &points(len)).map(|outcome| outcome.steps);
    assert_eq!(checked, steps.is_ok());
    steps
}

#[test]
fn a_batch_of_one_is_refused_with_its_place_and_a_remedy() {
    for (len, size, batch, batches) in [(101, 10, 11, 11), (7, 3, 3, 3), (5, 1, 1, 5), (1, 64, 1, 1)] {
        let error = train(len, config(size)).unwrap_err();
        let TrainError::BatchOfOne { ref layer, batch: found, batches: all, items, .. } = error else {
            panic!("{error}")
        };
        assert_eq!((layer.as_str(), found, all, items), ("norm", batch, batches, len));
        assert_eq!(error.key().as_deref(), Some("train.batch_size"));
        assert!(error.to_string().contains("the batch norm norm sees one value a channel"), "{error}");
    }
    let help = train(101, config(10)).unwrap_err().help().unwrap();
    assert_eq!(help, "set train.batch_size = 11, or train.drop_last = true, or normalise otherwise");
    // Its own help works.
    assert!(train(101, config(11)).is_ok());
    assert!(!train(5, config(1)).unwrap_err().help().unwrap().contains("drop_last"));
}

#[test]
fn batches_of_several_items_train() {
    assert_eq!(train(101, TrainConfig { drop_last: true, ..config(10) }).unwrap(), 10);
    assert_eq!(train(101, config(0)).unwrap(), 1);
    assert_eq!(train(102, config(10)).unwrap(), 11);
    assert_eq!(train(101, TrainConfig { overfit_batch: true, ..config(10) }).unwrap(), 1);
    assert!(train(101, TrainConfig { overfit_batch: true, ..config(1) }).is_err());
}

/// Normalises over positions beside the items, as after a convolution.
#[derive(Module, Debug)]
struct Positions {
    norm: BatchNorm,
    output: Linear,
}

impl Positions {
    fn new(device: &Device) -> Self {
        let output = LinearConfig::new(FEATURES, CLASSES).init(device);
        Self { norm: BatchNormConfig::new(2).init(device), output }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let [items, _] = x.dims();
        let x = self.norm.forward(x.reshape([items, 2, FEATURES / 2]));
        self.output.forward(relu(x).reshape([items, FEATURES]))
    }
}

struct PositionTask;

impl Task for PositionTask {
    type Model = Positions;
    type Batch = PointBatch;

    fn loss(&self, model: &Positions, batch: PointBatch, _: Seed) -> Tensor<1> {
        cross_entropy(model.forward(batch.x), batch.y)
    }

    fn score(&self, _: &Positions, _: PointBatch, _: &mut Scores) {}
}

#[test]
fn one_item_with_several_positions_is_enough() {
    let model = Positions::new(&kiln_testkit::device());
    let outcome = Trainer::new(PositionTask, config(10)).fit(model, &points(101)).unwrap();
    assert_eq!(outcome.steps, 11);
}

#[test]
fn the_check_changes_no_bits() {
    let run = |check: bool| {
        let mut trainer = trainer(config(9));
        let model = model();
        if check {
            trainer.check_batches(&model, &points(101)).unwrap();
        }
        trainer.fit(model, &points(101)).unwrap().last_weights_blake3
    };
    // 101 = 11 · 9 + 2: nothing to look at. What is looked at does not train.
    assert_eq!(run(true), run(false));
    let untouched = model();
    let before = kiln_core::Weights::of(&untouched).blake3();
    let _ = Trainer::new(PointTask::default(), config(10)).check_batches(&untouched, &points(101));
    assert_eq!(kiln_core::Weights::of(&untouched).blake3(), before);
}
