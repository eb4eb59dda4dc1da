//! Batches that are cut into shards: PyTorch's steps, and those of whole batches where nothing looks at a batch.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{DType, Device, Int, Tensor, TensorData, Tolerance};
use kiln_core::{Seed, Weights};
use kiln_data::{DataError, Source};
use kiln_optim::{AdamConfig, OptimConfig, SgdConfig};
use kiln_testkit::golden;
use kiln_train::{
    BatchMetrics, Callback, Data, EpochRecord, EpochView, Scores, Stop, Task, TrainConfig, TrainError,
    Trainer,
};

use crate::common::cross_entropy;

#[derive(Module, Debug)]
struct Layers {
    hidden: Linear,
    norm: Option<BatchNorm>,
    output: Linear,
}

impl Layers {
    fn of(golden: &Weights, normalised: bool) -> Self {
        let device = kiln_testkit::device();
        let mut weights = Weights::default();
        for (name, data) in golden.iter() {
            if let Some(path) =
                name.strip_prefix("first/").filter(|path| normalised || !path.starts_with("norm"))
            {
                weights.insert(path, data.clone());
            }
        }
        let layers = Self {
            hidden: LinearConfig::new(6, 8).init(&device),
            norm: normalised.then(|| BatchNormConfig::new(8).init(&device)),
            output: LinearConfig::new(8, 3).init(&device),
        };
        weights.apply(layers).unwrap()
    }
}

/// The items of the golden file.
#[derive(Debug, Clone)]
struct Golden(Weights);

impl Source<(Tensor<2>, Tensor<1, Int>)> for Golden {
    fn len(&self) -> usize {
        14
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<(Tensor<2>, Tensor<1, Int>), DataError> {
        let numbers = |name: &str| self.0.get(name).unwrap().iter::<f32>().collect::<Vec<_>>();
        let (x, y) = (numbers("x"), numbers("y"));
        let rows: Vec<f32> = items.iter().flat_map(|item| x[6 * item..6 * item + 6].to_vec()).collect();
        let labels: Vec<i32> = items.iter().map(|item| y[*item] as i32).collect();
        let labels = Tensor::from_data(TensorData::new(labels, [items.len()]), device);
        Ok((Tensor::from_data(TensorData::new(rows, [items.len(), 6]), device), labels))
    }
}

struct Classify;

impl Task for Classify {
    type Model = Layers;
    type Batch = (Tensor<2>, Tensor<1, Int>);

    fn loss(&self, model: &Layers, batch: Self::Batch, seed: Seed) -> Tensor<1> {
        self.loss_observed(model, batch, seed, &mut BatchMetrics::default())
    }

    fn loss_observed(
        &self,
        model: &Layers,
        (x, y): Self::Batch,
        _: Seed,
        seen: &mut BatchMetrics,
    ) -> Tensor<1> {
        let mut x = model.hidden.forward(x);
        if let Some(norm) = &model.norm {
            x = norm.forward(x);
        }
        let loss = cross_entropy(model.output.forward(relu(x)), y);
        seen.add_mean("twice", loss.clone().mul_scalar(2.0));
        loss
    }

    fn score(&self, _: &Layers, _: Self::Batch, _: &mut Scores) {}
}

/// Keeps the weights after every epoch.
struct Keep(Arc<Mutex<Vec<Weights>>>);

impl Callback for Keep {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.0.lock().unwrap().push((view.weights)());
        Ok(ControlFlow::Continue(()))
    }
}

/// Weights and records behind each of four epochs.
fn run(config: TrainConfig, optim: OptimConfig, normalised: bool) -> Vec<(Weights, EpochRecord)> {
    let (golden, kept) = (golden("shards"), Arc::new(Mutex::new(Vec::new())));
    let config = TrainConfig { epochs: 4, shuffle: false, ..config };
    let outcome = Trainer::new(Classify, config)
        .optimizer(optim)
        .callback(Keep(Arc::clone(&kept)))
        .fit(Layers::of(&golden, normalised), &Data::new(Golden(golden)))
        .unwrap();
    let kept = kept.lock().unwrap();
    kept.iter().cloned().zip(outcome.history.epochs).collect()
}

#[test]
fn losses_weights_and_running_statistics_are_those_of_pytorch() {
    let golden = golden("shards");
    let sgd = SgdConfig { lr: 0.3, momentum: 0.9, weight_decay: 0.01, ..SgdConfig::default() };
    let found =
        run(TrainConfig { batch_size: 0, shards: 3, ..TrainConfig::default() }, OptimConfig::Sgd(sgd), true);
    assert_eq!(found.len(), 4);
    for (step, (weights, record)) in found.iter().enumerate() {
        for (path, found) in weights.iter() {
            let expected = golden.get(&format!("{step}/{path}")).unwrap().clone();
            found.assert_approx_eq::<f32>(&expected.convert_dtype(DType::F32), Tolerance::absolute(5e-6));
        }
        let loss = golden.get(&format!("{step}/loss")).unwrap().iter::<f64>().sum::<f64>();
        let found = record.train.get("loss").unwrap();
        assert!((found - loss).abs() < 3e-6, "step {step}: {found} instead of {loss}");
        assert!((record.train.get("twice").unwrap() - 2.0 * loss).abs() < 6e-6);
    }
}

#[test]
fn without_batch_norm_shards_make_the_step_of_the_whole_batch() {
    let sgd = || OptimConfig::Sgd(SgdConfig { lr: 0.3, ..SgdConfig::default() });
    let adam = || OptimConfig::Adam(AdamConfig { lr: 0.01, eps: 1e-3, ..AdamConfig::default() });
    for optim in [sgd, adam as fn() -> OptimConfig] {
        // Whole, and in windows of two batches, of which the last has 4 items: fewer than there are shards.
        for (batch_size, accumulate) in [(0, 1), (5, 2)] {
            let config =
                TrainConfig { batch_size, accumulate, clip_norm: Some(0.5), ..TrainConfig::default() };
            let whole = run(config.clone(), optim(), false);
            for shards in [2, 4, 5, 20] {
                let cut = run(TrainConfig { shards, ..config.clone() }, optim(), false);
                for ((a, before), (b, after)) in whole.iter().zip(&cut) {
                    for ((_, a), (_, b)) in a.iter().zip(b.iter()) {
                        a.assert_approx_eq::<f32>(b, Tolerance::absolute(2e-6));
                    }
                    let [before, after] = [before, after].map(|record| record.train.get("loss").unwrap());
                    assert!((before - after).abs() < 1e-6, "{before} {after}");
                }
            }
        }
    }
}
