//! Two networks trained in turns, held to PyTorch.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::softplus;
use burn::tensor::{DType, Device, Int, Tensor, TensorData, Tolerance};
use kiln_core::{Seed, Weights};
use kiln_data::{DataError, Source};
use kiln_optim::{AdamConfig, ScheduleFn, SgdConfig};
use kiln_testkit::golden;
use kiln_train::{
    Callback, Data, EpochView, PartOptimizer, Scores, Stop, Task, TrainConfig, TrainError, Trainer,
};

#[derive(Module, Debug)]
struct Pair {
    discriminator: Linear,
    generator: Linear,
}

/// Real items and noise.
#[derive(Debug, Clone)]
struct Golden(Weights);

impl Golden {
    fn rows(&self, name: &str, items: &[usize], device: &Device) -> Tensor<2> {
        let data = self.0.get(name).unwrap().clone().convert_dtype(DType::F32);
        let rows: Vec<i32> = items.iter().map(|&item| item as i32).collect();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [items.len()]), device);
        Tensor::<2>::from_data(data, (device, DType::F32)).select(0, rows)
    }
}

impl Source<[Tensor<2>; 2]> for Golden {
    fn len(&self) -> usize {
        4
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<[Tensor<2>; 2], DataError> {
        Ok(["real", "noise"].map(|name| self.rows(name, items, device)))
    }
}

struct Turns;

impl Task for Turns {
    type Model = Pair;
    type Batch = [Tensor<2>; 2];

    fn loss(&self, pair: &Pair, [real, noise]: [Tensor<2>; 2], _: Seed) -> Tensor<1> {
        let fake = pair.generator.forward(noise);
        let judge = |x, sign: f64| softplus(pair.discriminator.forward(x).mul_scalar(sign), 1.0).mean();
        judge(real, -1.0) + judge(fake, 1.0)
    }

    fn loss_for(&self, optimizer: &str, pair: &Pair, batch: [Tensor<2>; 2], seed: Seed) -> Option<Tensor<1>> {
        if optimizer == "discriminator" {
            return Some(self.loss(pair, batch, seed));
        }
        let [_, noise] = batch;
        let judged = pair.discriminator.forward(pair.generator.forward(noise));
        Some(softplus(judged.neg(), 1.0).mean())
    }

    fn score(&self, _: &Pair, _: [Tensor<2>; 2], _: &mut Scores) {}
}

/// Keeps the weights after every epoch.
struct Keep(Arc<Mutex<Vec<Weights>>>);

impl Callback for Keep {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.0.lock().unwrap().push((view.weights)());
        Ok(ControlFlow::Continue(()))
    }
}

fn first(golden: &Weights) -> Pair {
    let mut weights = Weights::default();
    for (name, data) in golden.iter() {
        if let Some(path) = name.strip_prefix("first/") {
            weights.insert(path, data.clone());
        }
    }
    let device = kiln_testkit::device();
    let pair = Pair {
        discriminator: LinearConfig::new(3, 1).init(&device),
        generator: LinearConfig::new(2, 3).init(&device),
    };
    weights.apply(pair).unwrap()
}

fn trainer(batch_size: usize, accumulate: usize) -> Trainer<Turns> {
    let sgd = SgdConfig { lr: 0.5, momentum: 0.9, weight_decay: 0.01, ..SgdConfig::default() };
    let adam = AdamConfig { lr: 0.05, betas: [0.5, 0.999], ..AdamConfig::default() };
    let rate = ScheduleFn::new(|step| 0.5 / (1.0 + step as f64));
    let config = TrainConfig { epochs: 5, batch_size, accumulate, shuffle: false, ..TrainConfig::default() };
    Trainer::new(Turns, config)
        .optimizer_for("discriminator", PartOptimizer::new(sgd).schedule(rate))
        .optimizer_for("generator", PartOptimizer::new(adam).clip_norm(0.1))
}

fn numbers(weights: &Weights, name: &str) -> Vec<f64> {
    weights.get(name).unwrap().iter::<f64>().collect()
}

#[test]
fn losses_and_weights_of_every_step_are_pytorchs() {
    let golden = golden("several");
    // All items at once, and in two halves that are accumulated.
    for (batch_size, accumulate) in [(4, 1), (2, 2)] {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let outcome = trainer(batch_size, accumulate)
            .callback(Keep(Arc::clone(&kept)))
            .fit(first(&golden), &Data::new(Golden(golden.clone())))
            .unwrap();
        let kept = kept.lock().unwrap();
        assert_eq!((kept.len(), outcome.steps), (5, 5));
        for (step, (weights, record)) in kept.iter().zip(&outcome.history.epochs).enumerate() {
            for (path, found) in weights.iter() {
                let expected = golden.get(&format!("{step}/{path}")).unwrap().clone();
                found.assert_approx_eq::<f32>(&expected.convert_dtype(DType::F32), Tolerance::absolute(3e-6));
            }
            let losses = numbers(&golden, &format!("{step}/losses"));
            let found = ["loss.discriminator", "loss.generator"].map(|name| record.train.get(name).unwrap());
            for (found, expected) in found.iter().zip(&losses) {
                assert!((found - expected).abs() < 3e-6, "step {step}: {found} instead of {expected}");
            }
            assert_eq!(record.train.get("loss"), Some(found[0] + found[1]));
            assert_eq!(record.lr, 0.5 / (1.0 + step as f64));
        }
    }
}
