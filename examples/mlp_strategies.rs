//! Seven ways to train the same network, and what each does to the training loss: scikit-learn's gallery on digits, beside
//! scikit-learn's own figures.
//!
//! ```text
//! cargo run --release --example mlp_strategies
//! ```
//!
//! The settings are those of "Compare Stochastic learning strategies for MLPClassifier": 64-100-10, Glorot's uniform weights
//! and biases, batches of 200, 15 epochs, an L2 penalty. Figures are mean ± standard deviation, kiln's over 20 seeds,
//! scikit-learn's (`tests/golden/gallery.py`) over 30.
//!
//! One thing cannot be carried over as it is. scikit-learn multiplies the gradient by the learning rate *before* it goes into
//! the momentum, PyTorch and kiln multiply the momentum by it. As long as the rate stays, that is the same; where it falls to a
//! fortieth from one epoch to the next, scikit-learn's momentum rolls on and PyTorch's all but stops. So the rows
//! with momentum let the gradient shrink instead of the rate, and the last row shows what PyTorch's way does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kiln::data::{Collate, Features, Target, source::bundled};
use kiln::optim::ScheduleFn;
use kiln::params;
use kiln::prelude::*;

const ITEMS: usize = 1797;
const BATCH: usize = 200;
const EPOCHS: u64 = 15;
const SEEDS: u64 = 20;
/// scikit-learn's alpha.
const ALPHA: f64 = 1e-4;

/// Where `learning_rate="invscaling"` comes in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Falling {
    Nothing,
    Rate,
    Gradient,
}

/// `1 / √(1 + items seen)`, counted at the end of each epoch.
fn inverse_scaling(step: u64) -> f64 {
    let seen = step / ITEMS.div_ceil(BATCH) as u64 * ITEMS as u64;
    1.0 / (1.0 + seen as f64).sqrt()
}

/// Cross-entropy and `alpha/2 · Σ w²` over the items of the batch, as scikit-learn has it.
struct Classify {
    loss: Loss,
    falling: Falling,
    steps: AtomicU64,
}

impl Task for Classify {
    type Model = Mlp;
    type Batch = Batch;

    fn loss(&self, model: &Mlp, batch: Batch, seed: Seed) -> Tensor<1> {
        let items = batch.len() as f64;
        let mut loss = self.loss.forward(model.forward(batch.inputs.flat(), Some(seed)), &batch.targets);
        params::for_each(model, |info, weight| {
            if info.kind == params::ParamKind::Weight {
                loss = loss.clone() + weight.square().sum().mul_scalar(0.5 * ALPHA / items);
            }
        });
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        if self.falling != Falling::Gradient {
            return loss;
        }
        // The value of the loss, and a share of its gradient.
        let share = inverse_scaling(step);
        loss.clone().detach().mul_scalar(1.0 - share) + loss.mul_scalar(share)
    }

    fn score(&self, model: &Mlp, batch: Batch, scores: &mut Scores) {
        let outputs = model.forward(batch.inputs.flat(), None);
        let outputs: Vec<f32> = outputs.into_data().iter::<f32>().collect();
        if let Targets::Classes(labels) = batch.targets {
            let labels: Vec<u32> = labels.into_data().iter::<i64>().map(|label| label as u32).collect();
            scores.add_classes(&outputs, &labels, 10);
        }
    }
}

/// All digits, each pixel brought to [0, 1] by its own range, as scikit-learn's `MinMaxScaler` does.
fn digits() -> Result<Arc<dyn Source<Batch>>, Box<dyn std::error::Error>> {
    let digits = bundled::load("digits").ok_or("digits are part of kiln")??;
    let (Features::Images(images), Target::Classes { labels, .. }) = (digits.features, digits.target) else {
        return Err("digits are images with classes".into());
    };
    let pixels = images.held().ok_or("digits are held in memory")?.to_vec();
    let mut ranges = [(u8::MAX, u8::MIN); 64];
    for (place, &pixel) in pixels.iter().enumerate() {
        let (low, high) = &mut ranges[place % 64];
        (*low, *high) = ((*low).min(pixel), (*high).max(pixel));
    }
    let item = move |i: usize| {
        let pixels = pixels[64 * i..64 * (i + 1)].iter().zip(ranges);
        // A pixel that is the same in all images becomes 0.
        let scaled = pixels
            .map(|(&pixel, (low, high))| f32::from(pixel - low) / f32::from(high.saturating_sub(low).max(1)));
        Ok((scaled.collect::<Vec<f32>>(), i64::from(labels[i])))
    };
    let collate = |items: Vec<(Vec<f32>, i64)>, device: &Device| {
        let (rows, labels): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let inputs = InputShape::Table(64).batch(rows.concat(), device)?;
        let targets = Targets::Classes(Tensor::from_data(labels.as_slice(), device));
        Ok(Batch { inputs, targets, weights: None })
    };
    Ok(Arc::new(Collate::new(ITEMS, item, collate)))
}

/// Weights and biases from ±√(6 / (inputs + outputs)).
fn network(device: &Device, seed: Seed) -> Result<Mlp, Box<dyn std::error::Error>> {
    let config = MlpConfig { hidden: vec![100], ..MlpConfig::default() };
    let model = config.init(InputShape::Table(64), 10, device, seed)?;
    let mut parameter = 0;
    Ok(params::replace(model, |info, weight| {
        let (inputs, outputs) = if info.path.starts_with("output") { (100, 10) } else { (64, 100) };
        let bound = (6.0 / f64::from(inputs + outputs)).sqrt();
        parameter += 1;
        let draws = seed.at(parameter);
        let values: Vec<f32> =
            (0..weight.dims()[0] as u64).map(|i| (bound * (2.0 * draws.uniform(i) - 1.0)) as f32).collect();
        Tensor::from_data(values.as_slice(), device)
    }))
}

/// Training loss of the last epoch, as seen during the epoch, and training accuracy behind it.
fn train(
    optim: &OptimConfig,
    falling: Falling,
    seed: u64,
    digits: &Arc<dyn Source<Batch>>,
) -> Result<[f64; 2], Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let task = || -> Result<Classify, Box<dyn std::error::Error>> {
        let target = TargetKind::Classes(10);
        let loss = LossConfig::default_for(target).build(target)?;
        Ok(Classify { loss, falling, steps: AtomicU64::new(0) })
    };
    let config = TrainConfig { epochs: EPOCHS, batch_size: BATCH, ..TrainConfig::default() };
    let mut trainer = Trainer::new(task()?, config).optimizer(optim.clone()).seed(seed);
    if falling == Falling::Rate {
        let lr = optim.lr();
        trainer = trainer.schedule(ScheduleFn::new(move |step| lr * inverse_scaling(step)));
    }
    let model = network(&device, Seed::new(seed).purpose(Purpose::Init))?;
    let outcome = trainer.fit(model, &Data::new(Arc::clone(digits)))?;
    let scores = evaluate(&task()?, &outcome.model, &Loader::new(Arc::clone(digits), ITEMS)?, &device)?;
    let loss = outcome.history.last().and_then(|epoch| epoch.train.get("loss")).ok_or("no epoch")?;
    Ok([loss, scores.metrics().get("accuracy").ok_or("no accuracy")?])
}

/// Mean and standard deviation over seeds.
fn spread(values: &[f64]) -> String {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    format!("{mean:.5} ± {:.5}", (squares / (n - 1.0)).sqrt())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let theirs: serde_json::Value = serde_json::from_str(include_str!("../tests/golden/gallery.json"))?;
    let digits = digits()?;
    let sgd = |momentum, nesterov| {
        OptimConfig::Sgd(SgdConfig { lr: 0.2, momentum, nesterov, ..SgdConfig::default() })
    };
    println!("kiln over {SEEDS} seeds, scikit-learn over {}", theirs["seeds"]);
    println!("{:24}training loss{:23}training accuracy", "", "");
    println!("{:24}{:<18}{:<18}{:<18}scikit-learn", "", "kiln", "scikit-learn", "kiln");
    for (name, optim, falling) in [
        ("SGD", sgd(0.0, false), Falling::Nothing),
        ("momentum", sgd(0.9, false), Falling::Nothing),
        ("Nesterov", sgd(0.9, true), Falling::Nothing),
        ("inv-scaling", sgd(0.0, false), Falling::Rate),
        ("inv-scaling, momentum", sgd(0.9, false), Falling::Gradient),
        ("inv-scaling, Nesterov", sgd(0.9, true), Falling::Gradient),
        ("Adam", OptimConfig::Adam(AdamConfig { lr: 0.01, ..AdamConfig::default() }), Falling::Nothing),
        ("momentum as PyTorch's", sgd(0.9, false), Falling::Rate),
    ] {
        let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
        for seed in 0..SEEDS {
            let [loss, accuracy] = train(&optim, falling, seed, &digits)?;
            losses.push(loss);
            accuracies.push(accuracy);
        }
        let row = theirs["strategies"].get(name).cloned().unwrap_or_default();
        let theirs = |what: &str| match serde_json::from_value::<Vec<f64>>(row[what].clone()) {
            Ok(values) => spread(&values),
            Err(_) => "–".to_owned(),
        };
        let (loss, accuracy) = (theirs("loss"), theirs("accuracy"));
        println!("{name:<24}{:<18}{loss:<18}{:<18}{accuracy}", spread(&losses), spread(&accuracies));
    }
    Ok(())
}
