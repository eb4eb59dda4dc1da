//! Dropout and label smoothing by schedule.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Tensor, TensorData};
use kiln_core::{Explain, Seed, Weights};
use kiln_data::{DataConfig, Inputs, Prepared};
use kiln_objective::{CrossEntropyConfig, LossConfig, TargetKind};
use kiln_optim::{
    AdamConfig, AnySchedule, LinearShape, OptimConfig, ScheduleConfig, ScheduleFn, StableDecayShape,
};
use kiln_testkit::{device, few};
use kiln_train::{CheckpointConfig, Data, Outcome, Supervised, TrainConfig, TrainError, Trainer};

use crate::common;
use crate::stopped::StopAt;

#[derive(Module, Debug)]
struct Net {
    hidden: Linear,
    probability: f64,
    output: Linear,
}

impl Net {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
        let x = relu(self.hidden.forward(inputs.flat()));
        let x = match seed {
            Some(seed) if self.probability > 0.0 => kiln_kernels::dropout(x, self.probability, seed),
            _ => x,
        };
        self.output.forward(x)
    }

    fn with_dropout(self, share: f64) -> Self {
        Self { probability: self.probability * share, ..self }
    }
}

/// Three classes, 14 steps an epoch.
fn iris() -> Prepared {
    Prepared::load(&DataConfig::new("iris"), Seed::new(0)).unwrap()
}

fn task(data: &Prepared, smoothing: f64) -> Supervised<Net> {
    let config = CrossEntropyConfig { label_smoothing: smoothing, ..CrossEntropyConfig::default() };
    let loss = LossConfig::from(config).build(TargetKind::Classes(3)).unwrap();
    Supervised::new(Net::forward, loss, Arc::clone(&data.fitted)).dropout(Net::with_dropout)
}

/// The same weights each time: Burn's generator is one for all tests that run at once.
fn model(probability: f64) -> Net {
    let layer = |inputs, outputs| LinearConfig::new(inputs, outputs).init(&device());
    let drawn = Net { hidden: layer(4, 16), probability, output: layer(16, 3) };
    let mut weights = Weights::default();
    for (at, (path, data)) in Weights::of(&drawn).iter().enumerate() {
        let value = |i| 0.5 * Seed::new(at as u64).normal(i as u64) as f32;
        let values: Vec<f32> = (0..data.num_elements()).map(value).collect();
        weights.insert(path, TensorData::new(values, data.shape().clone()));
    }
    weights.apply(drawn).unwrap()
}

fn trainer(data: &Prepared, smoothing: f64) -> Trainer<Supervised<Net>> {
    sharded(data, smoothing, 1)
}

fn sharded(data: &Prepared, smoothing: f64, shards: usize) -> Trainer<Supervised<Net>> {
    let config = TrainConfig { epochs: 3, batch_size: 8, shards, ..TrainConfig::default() };
    let adam = AdamConfig { lr: 0.01, ..AdamConfig::default() };
    Trainer::new(task(data, smoothing), config).optimizer(OptimConfig::Adam(adam)).seed(4)
}

/// The training losses of the epochs and the weights at the end, bit by bit.
fn end(outcome: Outcome<Net>) -> (Vec<u64>, Vec<u32>) {
    let losses = outcome.history.epochs.iter().map(|epoch| epoch.train.get("loss").unwrap().to_bits());
    let weights = Weights::of(&outcome.model);
    let bits = weights.iter().flat_map(|(_, data)| data.iter::<f32>().map(f32::to_bits).collect::<Vec<_>>());
    (losses.collect(), bits.collect())
}

fn share(value: f64) -> AnySchedule {
    ScheduleFn::new(move |_| value).into()
}

#[test]
fn a_share_that_stays_is_that_probability_and_that_smoothing() {
    let data = iris();
    let run = |trainer: Trainer<Supervised<Net>>, dropout| {
        let mut trainer = trainer;
        end(trainer.fit(model(dropout), &Data::new(data.train())).unwrap())
    };
    let half =
        run(trainer(&data, 0.2).dropout_schedule(share(0.5)).label_smoothing_schedule(share(0.5)), 0.5);
    assert_eq!(half, run(trainer(&data, 0.1), 0.25));
    let none =
        run(trainer(&data, 0.2).dropout_schedule(share(0.0)).label_smoothing_schedule(share(0.0)), 0.5);
    assert_eq!(none, run(trainer(&data, 0.0), 0.0));
    assert_ne!(none, half);
    // Batches that are cut follow it, too.
    let scheduled = sharded(&data, 0.2, 2).dropout_schedule(share(0.5)).label_smoothing_schedule(share(0.5));
    assert_eq!(run(scheduled, 0.5), run(sharded(&data, 0.1, 2), 0.25));
}

#[test]
fn shares_go_on_where_they_were() {
    let data = iris();
    let rising = LinearShape { start: 0.0, end: 1.0 };
    let flat_cos: ScheduleConfig = StableDecayShape { decay: 0.5, ..StableDecayShape::default() }.into();
    let run = |folder: &Path| {
        trainer(&data, 0.2)
            .dropout_schedule(flat_cos.clone())
            .label_smoothing_schedule(rising.clone())
            .run_dir(folder, CheckpointConfig::default())
    };
    let parts = || Data::new(data.train());
    let whole = tempfile::tempdir().unwrap();
    let whole = end(run(whole.path()).fit(model(0.5), &parts()).unwrap());
    for &stop in few(&[1, 9, 17, 29]) {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path()).callback(StopAt(stop)).fit(model(0.5), &parts()).unwrap();
        let outcome = run(folder.path()).resume(model(0.5), &parts()).unwrap();
        assert_eq!(end(outcome), whole, "stopped at step {stop}");
    }
    // Another schedule is another run.
    let folder = tempfile::tempdir().unwrap();
    run(folder.path()).callback(StopAt(9)).fit(model(0.5), &parts()).unwrap();
    let error = run(folder.path()).dropout_schedule(rising.clone()).resume(model(0.5), &parts()).unwrap_err();
    assert!(error.to_string().contains("dropout_schedule"), "{error}");
}

#[test]
fn what_is_planned_can_be_seen() {
    let data = iris();
    let rising = LinearShape { start: 0.0, end: 1.0 };
    let preview =
        trainer(&data, 0.2).dropout_schedule(rising).preview(&Data::new(data.train()), u64::MAX).unwrap();
    let shares: Vec<f64> = preview.points.iter().map(|point| point.dropout.unwrap()).collect();
    assert_eq!((shares[0], shares.len() as u64), (0.0, preview.steps));
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(preview.points.iter().all(|point| point.label_smoothing.is_none()));
}

#[test]
fn what_is_not_there_is_not_passed_over() {
    let data = iris();
    let fails = |trainer: Trainer<Supervised<Net>>| {
        let mut trainer = trainer;
        trainer.fit(model(0.5), &Data::new(data.train())).unwrap_err()
    };
    let error = fails(trainer(&data, 0.0).label_smoothing_schedule(share(0.5)));
    let words = "label_smoothing_schedule has nothing to move: there is no label smoothing in this training that it could";
    assert_eq!(error.to_string(), words);
    assert_eq!(error.key().as_deref(), Some("label_smoothing_schedule"));
    let error = fails(trainer(&data, 0.0).dropout_schedule(share(1.5)));
    assert_eq!(error.key().as_deref(), Some("dropout_schedule"), "{error}");
    // A task of one's own that knows no shares.
    let mut own = common::trainer(common::config()).dropout_schedule(share(0.5));
    let error = own.fit(common::model(), &common::data()).unwrap_err();
    assert!(matches!(error, TrainError::NothingToShare { .. }), "{error}");
}
