//! A model of your own, cross-validated: five folds, an interval that knows that folds share training items, and a
//! prediction for every item by the model that has not seen it.
//!
//! ```text
//! cargo run --release --example cross_validate_own_model
//! cargo run --release --example cross_validate_own_model -- runs/own-cv
//! ```
//!
//! With a folder, kill it at any moment and start it again: what is done is not done again, and the table is the same.

use std::path::PathBuf;
use std::sync::Arc;

use burn::nn::{Linear, LinearConfig};
use kiln::experiment::own::{FoldSettings, cross_validate};
use kiln::experiment::{Event, ExperimentError};
use kiln::prelude::*;
use kiln::validate::cross::Parallel;

/// Any Burn module can be cross-validated.
#[derive(Module, Debug)]
struct Digits {
    hidden: Linear,
    output: Linear,
}

impl Digits {
    /// First weights are drawn when the fold trains, from its seed.
    fn new(device: &Device) -> Self {
        let [hidden, output] = [(64, 32), (32, 10)].map(|(i, o)| LinearConfig::new(i, o).init(device));
        Self { hidden, output }
    }

    /// Images to logits, `[N, classes]`.
    fn forward(&self, images: Inputs, _: Option<Seed>) -> Tensor<2> {
        self.output.forward(self.hidden.forward(images.flat()).tanh())
    }
}

fn main() -> Result<(), ExperimentError> {
    let (device, config) = (DeviceName::Auto.open()?, DataConfig::new("digits"));
    let data = Arc::new(config.load()?);
    let splitter = StratifiedKFold { folds: 5, shuffle: Some(Seed::new(0)) };
    let settings = FoldSettings {
        folder: std::env::args_os().nth(1).map(PathBuf::from),
        label: "digits, 32 hidden units".to_owned(),
        parallel: Parallel::new(2),
        ..FoldSettings::default()
    };
    let lines = |event: &Event<'_>| {
        if let Event::Fold { record, folds, earlier } = event {
            let how = if *earlier { "was done" } else { "is done" };
            eprintln!("fold {} of {folds} {how}", record.fold + 1);
        }
        Ok(())
    };
    let found = cross_validate(&splitter, &Items::of(&data)?, &settings, &lines, |fold| {
        // Everything is made afresh for every fold, from its training items and its seed.
        let part = fold.data(&data, &config)?;
        let task = Supervised::with_default_loss(Digits::forward, part.fitted.clone())?;
        let trainer = Trainer::new(task, TrainConfig { epochs: 16, ..TrainConfig::default() })
            .optimizer(AdamConfig { lr: 3e-3, ..AdamConfig::default() });
        fold.supervised(trainer, Digits::new(&device), &part, part.train())
    })?;
    let found = found.expect("nobody asked it to stop");

    for fold in &found.folds {
        let accuracy = fold.test.get("accuracy").unwrap_or(f64::NAN);
        println!("fold {}  accuracy {accuracy:.4}  weights {}", fold.fold + 1, &fold.weights_blake3[..12]);
    }
    let accuracy = &found.summaries.get("accuracy").expect("classes are scored").summary;
    let [low, high] = accuracy.interval;
    println!("accuracy {:.4}, 95 % interval {low:.4} to {high:.4}", accuracy.mean);
    let predictions = found.predictions.expect("every fold predicts");
    let right = predictions.rows().filter(|(_, cells)| cells[0] == cells[1]).count();
    println!("right for {right} of {} items", predictions.rows().count());
    Ok(())
}
