//! Whole trainings that PyTorch did, step by step: `tests/golden/parity.py`.
//!
//! Same data, same first weights, same batches; every loss within 1e-4 and every last weight within 1e-3.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

use std::sync::{Arc, Mutex};

use burn::tensor::{Device, Tensor, TensorData};
use kiln::data::preprocess::Preprocess;
use kiln::data::{Batch, Prepared, Split};
use kiln::models::Network;
use kiln::objective::TargetKind;
use kiln::optim::{AdamConfig, SgdConfig};
use kiln::prelude::*;
use kiln::train::{Data, Scores, Supervised, Task, Trainer};
use kiln_testkit::{assert_close, golden};
use serde_json::json;

const ROWS: usize = 1400;
const STEPS: usize = 84;

/// A task that remembers every loss.
struct Recorded {
    task: Supervised<Network>,
    losses: Arc<Mutex<Vec<f32>>>,
}

impl Task for Recorded {
    type Model = Network;
    type Batch = Batch;

    fn loss(&self, model: &Network, batch: Batch, seed: Seed) -> Tensor<1> {
        let loss = self.task.loss(model, batch, seed);
        self.losses.lock().unwrap().extend(loss.clone().inner().into_data().iter::<f32>());
        loss
    }

    fn score(&self, model: &Network, batch: Batch, scores: &mut Scores) {
        self.task.score(model, batch, scores);
    }
}

/// Digits, of which the first 1400 rows train.
fn digits() -> Prepared {
    let dataset = DataConfig::new("digits").load().unwrap();
    let split = Split { train: (0..ROWS).collect(), test: (ROWS..1797).collect(), ..Split::default() };
    let fitted =
        Preprocess { standardize: true, ..Preprocess::default() }.fit(&split.train_view(&dataset)).unwrap();
    Prepared { dataset: Arc::new(dataset), split, fitted: Arc::new(fitted) }
}

/// The tensors of a golden file whose names begin with `prefix`, without it.
fn with_prefix(golden: &Weights, prefix: &str) -> Weights {
    let mut weights = Weights::default();
    for (name, data) in golden.iter() {
        if let Some(path) = name.strip_prefix(prefix) {
            weights.insert(path, data.clone());
        }
    }
    weights
}

fn follows_pytorch(name: &str, model: serde_json::Value, optim: OptimConfig) {
    let golden = golden(name);
    let device: Device = kiln_testkit::device();
    let digits = digits();
    let model: ModelConfig = serde_json::from_value(model).unwrap();
    let model = model.init(digits.fitted.input_shape(), 10, &device, Seed::new(0)).unwrap();
    let model = with_prefix(&golden, "initial/").apply(model).unwrap();

    let loss = LossConfig::default_for(TargetKind::Classes(10)).build(TargetKind::Classes(10)).unwrap();
    let losses = Arc::default();
    let task = Recorded {
        task: Supervised::new(Network::forward, loss, Arc::clone(&digits.fitted)),
        losses: Arc::clone(&losses),
    };
    let config = TrainConfig { epochs: 3, batch_size: 50, shuffle: false, ..TrainConfig::default() };
    let outcome = Trainer::new(task, config).optimizer(optim).fit(model, &Data::new(digits.train())).unwrap();

    let losses = losses.lock().unwrap();
    assert_eq!((losses.len(), outcome.steps), (STEPS, STEPS as u64));
    let losses = TensorData::new(losses.clone(), [STEPS]);
    assert_close(&losses, golden.get("losses").unwrap(), 0.0, 1e-4);
    let (found, expected) = (Weights::of(&outcome.model), with_prefix(&golden, "final/"));
    assert_eq!(found.len(), expected.len());
    for (path, expected) in expected.iter() {
        assert_close(found.get(path).unwrap_or_else(|| unreachable!("no {path}")), expected, 0.0, 1e-3);
    }
    // For the reader of `cargo test -- --nocapture`: how far apart they are.
    let gap = |a: &TensorData, b: &TensorData| {
        a.iter::<f64>().zip(b.iter::<f64>()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let weights = expected.iter().map(|(path, data)| gap(found.get(path).unwrap(), data)).fold(0.0, f64::max);
    let loss = gap(&losses, golden.get("losses").unwrap());
    println!("{name}: largest difference of a loss {loss:.1e}, of a last weight {weights:.1e}");
}

fn mlp() -> serde_json::Value {
    json!({ "kind": "mlp", "hidden": [32] })
}

fn cnn() -> serde_json::Value {
    json!({ "kind": "cnn", "channels": [8, 16], "kernel": 3, "pool": 2, "hidden": [32] })
}

fn sgd() -> OptimConfig {
    OptimConfig::Sgd(SgdConfig { lr: 0.05, momentum: 0.9, ..SgdConfig::default() })
}

fn adam() -> OptimConfig {
    OptimConfig::Adam(AdamConfig::default())
}

#[test]
fn mlp_with_sgd_and_momentum() {
    follows_pytorch("parity-mlp-sgd", mlp(), sgd());
}

#[test]
fn mlp_with_adam() {
    follows_pytorch("parity-mlp-adam", mlp(), adam());
}

#[test]
fn cnn_with_sgd_and_momentum() {
    follows_pytorch("parity-cnn-sgd", cnn(), sgd());
}

#[test]
fn cnn_with_adam() {
    follows_pytorch("parity-cnn-adam", cnn(), adam());
}
