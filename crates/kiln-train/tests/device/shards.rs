//! Batches that are cut into shards: PyTorch's steps, and those of whole batches where nothing looks at a batch.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{DType, Device, Int, Tensor, TensorData, Tolerance};
use kiln_core::{Explain, Seed, Weights};
use kiln_data::{DataError, Source};
use kiln_kernels::{Act, BatchStatistics, batch_norm};
use kiln_optim::{AdamConfig, OptimConfig, OptimizerConfig, SgdConfig};
use kiln_testkit::golden;
use kiln_train::{
    BatchMetrics, Callback, CompressionConfig, Data, EpochRecord, EpochView, Scores, Stop, Task, TrainConfig,
    TrainError, Trainer,
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

struct Classify {
    /// Whether kiln's batch norm takes the place of Burn's.
    by_all: bool,
}

/// What Burn's layer does, by the operation that knows of other shards.
fn normalised(norm: &BatchNorm, x: Tensor<2>) -> Tensor<2> {
    let BatchStatistics { output, mean, variance, .. } =
        batch_norm(x, norm.gamma.val(), norm.beta.val(), norm.epsilon, Act::None);
    for (running, value) in [(&norm.running_mean, mean), (&norm.running_var, variance)] {
        let (kept, new) = (1.0 - norm.momentum, norm.momentum);
        running.update(running.value_sync().mul_scalar(kept).add(value.mul_scalar(new)));
    }
    output
}

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
            x = if self.by_all { normalised(norm, x) } else { norm.forward(x) };
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
    let mut trainer = Trainer::new(Classify { by_all: config.sync_batch_norm }, config);
    trainer.share_task();
    let outcome = trainer
        .optimizer(optim)
        .callback(Keep(Arc::clone(&kept)))
        .fit(Layers::of(&golden, normalised), &Data::new(Golden(golden)))
        .unwrap();
    let kept = kept.lock().unwrap();
    kept.iter().cloned().zip(outcome.history.epochs).collect()
}

/// Trains in so many shards, and compares with what the golden file has under `prefix`.
fn compare(config: TrainConfig, prefix: &str) {
    let golden = golden("shards");
    let sgd = SgdConfig { lr: 0.3, momentum: 0.9, weight_decay: 0.01, ..SgdConfig::default() };
    let found = run(config, OptimConfig::Sgd(sgd), !["local/", "sparse/"].contains(&prefix));
    assert_eq!(found.len(), 4);
    for (step, (weights, record)) in found.iter().enumerate() {
        for (path, found) in weights.iter() {
            let expected = golden.get(&format!("{prefix}{step}/{path}")).unwrap().clone();
            found.assert_approx_eq::<f32>(&expected.convert_dtype(DType::F32), Tolerance::absolute(5e-6));
        }
        let loss = golden.get(&format!("{prefix}{step}/loss")).unwrap().iter::<f64>().sum::<f64>();
        let found = record.train.get("loss").unwrap();
        assert!((found - loss).abs() < 3e-6, "step {step}: {found} instead of {loss}");
        assert!((record.train.get("twice").unwrap() - 2.0 * loss).abs() < 6e-6);
    }
}

#[test]
fn losses_weights_and_running_statistics_are_those_of_pytorch() {
    compare(TrainConfig { shards: 3, batch_size: 0, ..TrainConfig::default() }, "");
}

#[test]
fn local_steps_are_those_of_local_sgd() {
    compare(TrainConfig { shards: 3, batch_size: 5, local_steps: 2, ..TrainConfig::default() }, "local/");
}

#[test]
fn compressed_steps_are_those_of_the_largest_numbers_with_error_feedback() {
    let compression = Some(CompressionConfig { top_k: 0.1 });
    compare(TrainConfig { shards: 3, batch_size: 0, compression, ..TrainConfig::default() }, "sparse/");
}

#[test]
fn batch_norm_over_all_shards_makes_the_step_of_the_whole_batch() {
    if kiln_testkit::device() != Device::flex() {
        eprintln!("batch norm over all shards is there on flex alone");
        return;
    }
    // Also with a shard of a single item, as 14 items in 13 have it.
    for shards in [2, 3, 13] {
        let config = TrainConfig { shards, batch_size: 0, sync_batch_norm: true, ..TrainConfig::default() };
        compare(config, "whole/");
    }
}

#[test]
fn a_batch_norm_that_knows_nothing_of_other_shards_is_refused_by_name() {
    if kiln_testkit::device() != Device::flex() {
        return;
    }
    let golden = golden("shards");
    let config =
        TrainConfig { shards: 2, shuffle: false, batch_size: 0, epochs: 1, ..TrainConfig::default() };
    let fit = |trainer: Trainer<Classify>| {
        let mut trainer = trainer;
        trainer.fit(Layers::of(&golden, true), &Data::new(Golden(golden.clone()))).unwrap_err()
    };
    let error = fit(Trainer::new(Classify { by_all: false }, config.clone()).sync_batch_norm());
    assert_eq!(
        error.to_string(),
        "the batch norm norm goes by each shard by itself: it is not one of kiln's"
    );
    assert_eq!(error.key().as_deref(), Some("train.sync_batch_norm"));
    let config = TrainConfig { sync_batch_norm: true, ..config };
    let error = fit(Trainer::new(Classify { by_all: true }, config.clone()));
    assert!(error.to_string().contains("a task that several threads may look at"), "{error}");
    let sam =
        OptimizerConfig { sam: Some(Default::default()), ..OptimizerConfig::from(AdamConfig::default()) };
    let error = fit(Trainer::new(Classify { by_all: true }, config).sync_batch_norm().optimizer(sam));
    assert!(error.to_string().starts_with("sharpness-aware minimisation gives every shard"), "{error}");
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
