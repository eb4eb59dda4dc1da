//! A small task that needs no files: noisy labels from a fixed linear rule, a net with batch norm and dropout.

#![allow(dead_code, missing_docs, unreachable_pub)]

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{DataError, Fingerprint, Source};
use kiln_optim::{AdamConfig, OptimConfig};
use kiln_train::{Data, Scores, Task, TrainConfig, Trainer};

pub const FEATURES: usize = 6;
pub const CLASSES: usize = 3;

#[derive(Debug, Clone)]
pub struct Points {
    pub seed: Seed,
    pub len: usize,
}

#[derive(Debug, Clone)]
pub struct PointBatch {
    pub x: Tensor<2>,
    pub y: Tensor<1, Int>,
    pub labels: Vec<u32>,
}

impl Points {
    pub fn row(&self, item: usize) -> ([f32; FEATURES], u32) {
        let at = self.seed.at(item as u64);
        let x: [f32; FEATURES] = std::array::from_fn(|j| (at.uniform(j as u64) * 2.0 - 1.0) as f32);
        let scores = [x[0] + 0.5 * x[1], x[2] - 0.2, x[3] * x[4] + 0.3 * x[5]];
        let mut best = 0;
        for class in 1..CLASSES {
            if scores[class] > scores[best] {
                best = class;
            }
        }
        (x, best as u32)
    }
}

impl Source<PointBatch> for Points {
    fn len(&self) -> usize {
        self.len
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<PointBatch, DataError> {
        let rows: Vec<_> = items.iter().map(|&item| self.row(item)).collect();
        let x: Vec<f32> = rows.iter().flat_map(|(x, _)| *x).collect();
        let labels: Vec<u32> = rows.iter().map(|(_, y)| *y).collect();
        let y: Vec<i32> = labels.iter().map(|&y| y as i32).collect();
        Ok(PointBatch {
            x: Tensor::from_data(TensorData::new(x, [items.len(), FEATURES]), device),
            y: Tensor::from_data(TensorData::new(y, [items.len()]), device),
            labels,
        })
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        Some(Fingerprint::of_parts([self.seed.value().to_le_bytes().as_slice(), &self.len.to_le_bytes()]))
    }
}

/// Drops hidden units by masks from the step's seed, or by Burn's own dropout, whose generator is one for the whole
/// process: then no other test may run beside it.
#[derive(Module, Debug)]
pub struct Net {
    hidden: Linear,
    norm: BatchNorm,
    burn_dropout: Option<Dropout>,
    output: Linear,
}

impl Net {
    pub fn new(device: &Device) -> Self {
        Self {
            hidden: LinearConfig::new(FEATURES, 8).init(device),
            norm: BatchNormConfig::new(8).init(device),
            burn_dropout: None,
            output: LinearConfig::new(8, CLASSES).init(device),
        }
    }

    pub fn with_burn_dropout(device: &Device) -> Self {
        Self { burn_dropout: Some(DropoutConfig::new(0.2).init()), ..Self::new(device) }
    }

    pub fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        let mut x = relu(self.norm.forward(self.hidden.forward(x)));
        match (&self.burn_dropout, seed) {
            (Some(dropout), _) => x = dropout.forward(x),
            (None, Some(seed)) => {
                let [n, width] = x.dims();
                let mask: Vec<f32> =
                    (0..(n * width) as u64).map(|i| if seed.uniform(i) < 0.2 { 0.0 } else { 1.25 }).collect();
                x = x.clone() * Tensor::from_data(TensorData::new(mask, [n, width]), &x.device());
            }
            (None, None) => {}
        }
        self.output.forward(x)
    }
}

#[derive(Debug, Clone, Default)]
pub struct PointTask {
    /// Multiplies the loss of one step by NaN.
    pub poison: Option<std::sync::Arc<std::sync::atomic::AtomicI64>>,
}

pub fn cross_entropy(logits: Tensor<2>, y: Tensor<1, Int>) -> Tensor<1> {
    log_softmax(logits, 1).gather(1, y.unsqueeze_dim(1)).mean().neg()
}

impl Task for PointTask {
    type Model = Net;
    type Batch = PointBatch;

    fn loss(&self, model: &Net, batch: PointBatch, seed: Seed) -> Tensor<1> {
        let loss = cross_entropy(model.forward(batch.x, Some(seed)), batch.y);
        match &self.poison {
            Some(steps) if steps.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) == 1 => {
                loss.mul_scalar(f64::NAN)
            }
            _ => loss,
        }
    }

    fn score(&self, model: &Net, batch: PointBatch, scores: &mut Scores) {
        let items = batch.labels.len();
        let logits = model.forward(batch.x, None);
        let loss = cross_entropy(logits.clone(), batch.y).into_data().iter::<f64>().sum();
        scores.add_mean("loss", loss, items);
        let logits: Vec<f32> = logits.into_data().iter::<f32>().collect();
        scores.add_classes(&logits, &batch.labels, CLASSES);
    }
}

pub fn data() -> Data<PointBatch> {
    Data::new(Points { seed: Seed::new(1), len: 103 }).validation(Points { seed: Seed::new(2), len: 57 })
}

pub fn config() -> TrainConfig {
    TrainConfig { epochs: 5, batch_size: 10, ..TrainConfig::default() }
}

pub fn trainer(config: TrainConfig) -> Trainer<PointTask> {
    Trainer::new(PointTask::default(), config)
        .optimizer(OptimConfig::Adam(AdamConfig { lr: 0.01, ..AdamConfig::default() }))
        .seed(7)
}

/// A net whose first weights follow from a seed of their own: those that Burn draws would depend on what other tests
/// draw from its generator at the same time.
pub fn model() -> Net {
    seeded(Net::new(&kiln_testkit::device()))
}

pub fn seeded(net: Net) -> Net {
    let mut weights = Weights::of(&net);
    let linear: Vec<_> = weights
        .iter()
        .filter(|(name, _)| !name.starts_with("norm"))
        .map(|(name, data)| (name.to_owned(), data.shape().to_vec()))
        .collect();
    for (i, (name, shape)) in linear.into_iter().enumerate() {
        let seed = Seed::new(11).at(i as u64);
        let values =
            (0..shape.iter().product::<usize>() as u64).map(|j| (0.8 * seed.uniform(j) - 0.4) as f32);
        weights.insert(name, TensorData::new(values.collect(), shape));
    }
    weights.apply(net).unwrap()
}
