//! A search over a model of your own: a closure builds the model and the trainer from the values of a trial, and trials
//! that fall behind are given up early.
//!
//! ```text
//! cargo run --release --example tune_own_model
//! cargo run --release --example tune_own_model -- runs/own-search
//! ```
//!
//! With a folder, kill it at any moment and start it again: trials that have ended are not run again, those that were killed
//! go on, and the table is the same.

use std::path::PathBuf;

use burn::module::Param;
use burn::nn::{self, Initializer};
use burn::tensor::TensorData;
use burn::tensor::activation::tanh;
use kiln::experiment::own::{SearchSettings, search};
use kiln::experiment::{Event, ExperimentError, Observer, TrialTraining};
use kiln::prelude::*;
use kiln::validate::search::{Direction, Median, Pruner, Space, State, StudyConfig};

const PIXELS: usize = 64;

/// An autoencoder: it squeezes a digit's 64 pixels into a few numbers and draws it again.
#[derive(Module, Debug)]
struct Autoencoder {
    encoder: nn::Linear,
    decoder: nn::Linear,
}

impl Autoencoder {
    fn new(code: usize, seed: Seed, device: &Device) -> Self {
        Self {
            encoder: layer(PIXELS, code, seed.at(0), device),
            decoder: layer(code, PIXELS, seed.at(1), device),
        }
    }
}

/// First weights that follow from the seed alone: trials that run side by side must not share a generator.
fn layer(inputs: usize, outputs: usize, seed: Seed, device: &Device) -> nn::Linear {
    let bound = (inputs as f64).sqrt().recip();
    let weight = |place| ((2.0 * seed.uniform(place) - 1.0) * bound) as f32;
    let weights: Vec<f32> = (0..(inputs * outputs) as u64).map(weight).collect();
    let mut layer = nn::LinearConfig::new(inputs, outputs).with_initializer(Initializer::Zeros).init(device);
    layer.weight = Param::from_tensor(Tensor::from_data(TensorData::new(weights, [inputs, outputs]), device));
    layer
}

/// How a batch becomes a loss and how the model is judged.
#[derive(Debug, Clone)]
struct Redraw;

impl Redraw {
    /// Mean squared error over all pixels, `[1]`.
    fn error(&self, model: &Autoencoder, inputs: Inputs) -> Tensor<1> {
        let pixels = inputs.flat();
        let code = tanh(model.encoder.forward(pixels.clone()));
        (model.decoder.forward(code) - pixels).square().mean()
    }
}

impl Task for Redraw {
    type Model = Autoencoder;
    type Batch = Batch;

    fn loss(&self, model: &Autoencoder, batch: Batch, _: Seed) -> Tensor<1> {
        self.error(model, batch.inputs)
    }

    fn score(&self, model: &Autoencoder, batch: Batch, scores: &mut Scores) {
        let items = batch.len();
        scores.add_mean("loss", f64::from(self.error(model, batch.inputs).into_scalar::<f32>()), items);
    }
}

/// Says a line for every trial on standard error.
#[derive(Debug)]
struct Lines;

impl Observer for Lines {
    fn hear(&self, event: &Event<'_>) -> std::io::Result<()> {
        if let Event::Trial { trial, trials, .. } = event {
            eprintln!("trial {} of {trials} has ended", trial.number + 1);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
    let validation = digits.validation().ok_or("no validation part")?;

    let trial = |trial: &TrialTraining<'_>| {
        let number = |key| trial.params().number(key).unwrap_or(f64::NAN);
        let trainer = Trainer::new(Redraw, TrainConfig { epochs: 8, ..TrainConfig::default() })
            .optimizer(AdamConfig { lr: number("lr"), ..AdamConfig::default() });
        let model = Autoencoder::new(number("code") as usize, Seed::new(0).purpose(Purpose::Init), &device);
        // Reports the validation loss after every epoch, and ends the trial when the pruner gives it up.
        trial.train(trainer, model, &Data::new(digits.train()).validation(validation.clone()))
    };

    let space = Space::parse(["lr=log(1e-4,1e-1)", "code=int(2,16)"])?;
    let study = StudyConfig {
        pruner: Pruner::Median(Median { startup: 3, ..Median::default() }),
        ..StudyConfig::new(space, Direction::Minimise)
    };
    let settings = SearchSettings {
        folder: std::env::args_os().nth(1).map(PathBuf::from),
        trials: 16,
        workers: 2,
        ..SearchSettings::default()
    };
    let found = search::<ExperimentError>(&study, &settings, &Lines, trial)?;

    println!("trial  state   epochs    loss  settings");
    for trial in found.trials() {
        let state = match trial.state {
            State::Done => "done",
            State::Pruned => "pruned",
            State::Failed => "failed",
        };
        let settings: Vec<String> =
            trial.params.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let (epochs, value) = (trial.reports.len(), trial.value.unwrap_or(f64::NAN));
        println!("{:>5}  {state:<6}  {epochs:>6}  {value:.4}  {}", trial.number, settings.join(" "));
    }
    let best = found.best().ok_or("no trial came to its end")?;
    println!("best: trial {} with loss {:.4}", best.number, best.value.unwrap_or(f64::NAN));
    Ok(())
}
