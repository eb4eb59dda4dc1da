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

use burn::module::Param;
use burn::nn::{self, Initializer};
use burn::tensor::TensorData;
use burn::tensor::activation::{log_softmax, relu, softmax};
use kiln::data::{Preprocess, Target};
use kiln::experiment::own::{FoldSettings, cross_validate};
use kiln::experiment::{Event, FoldRun, Observer, PredictionTable};
use kiln::prelude::*;
use kiln::validate::cross::{Inner, Parallel, fold_split};
use kiln::validate::split::{Items, StratifiedKFold};

/// Any Burn module can be cross-validated.
#[derive(Module, Debug)]
struct Digits {
    hidden: nn::Linear,
    output: nn::Linear,
}

impl Digits {
    fn new(pixels: usize, classes: usize, seed: Seed, device: &Device) -> Self {
        Self { hidden: layer(pixels, 32, seed.at(0), device), output: layer(32, classes, seed.at(1), device) }
    }

    /// `[N, pixels]` to logits, `[N, classes]`.
    fn forward(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(pixels)))
    }
}

/// First weights that follow from the seed of the fold alone: folds that train side by side must not share a generator.
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
struct Classify {
    classes: usize,
}

impl Classify {
    /// The mean negative log-likelihood, `[1]`, and the logits.
    fn pass(&self, model: &Digits, batch: Batch) -> (Tensor<1>, Tensor<2>, Vec<u32>) {
        let Targets::Classes(labels) = batch.targets else { unreachable!("digits are classes") };
        let logits = model.forward(batch.inputs.flat());
        let of_label = log_softmax(logits.clone(), 1).gather(1, labels.clone().unsqueeze_dim(1));
        let labels = labels.into_data().iter::<i64>().map(|label| label as u32).collect();
        (of_label.mean().neg(), logits, labels)
    }
}

impl Task for Classify {
    type Model = Digits;
    type Batch = Batch;

    fn loss(&self, model: &Digits, batch: Batch, _: Seed) -> Tensor<1> {
        self.pass(model, batch).0
    }

    fn score(&self, model: &Digits, batch: Batch, scores: &mut Scores) {
        let (loss, logits, labels) = self.pass(model, batch);
        scores.add_mean("loss", f64::from(loss.into_scalar::<f32>()), labels.len());
        let logits: Vec<f32> = logits.into_data().iter::<f32>().collect();
        scores.add_classes(&logits, &labels, self.classes);
    }
}

/// Says a line for every fold on standard error.
#[derive(Debug)]
struct Lines;

impl Observer for Lines {
    fn hear(&self, event: &Event<'_>) -> std::io::Result<()> {
        if let Event::Fold { record, folds, earlier } = event {
            let how = if *earlier { "was done" } else { "is done" };
            eprintln!("fold {} of {folds} {how}", record.fold + 1);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let device = DeviceName::Auto.open()?;
    let data = Arc::new(DataConfig::new("digits").load()?);
    let Target::Classes { labels, names } = &data.target else { return Err("digits are classes".into()) };
    let task = Classify { classes: names.len() };

    // Everything is made afresh for every fold, from its training items and its seed.
    let fold = |fold: &FoldRun<'_>| {
        let seed = Seed::new(fold.seed());
        let inner = Inner::Random { stratify: true };
        let split = fold_split(fold.fold(), &data, 0.1, inner, seed.purpose(Purpose::Split))?;
        let preprocess = Preprocess { standardize: true, ..Preprocess::default() };
        let fitted = Arc::new(preprocess.fit(&split.train_view(&data))?);
        let part = |rows: &[usize]| Rows::new(Arc::clone(&data), rows.to_vec(), Arc::clone(&fitted));

        let trainer = Trainer::new(task.clone(), TrainConfig { epochs: 8, ..TrainConfig::default() })
            .optimizer(AdamConfig { lr: 3e-3, ..AdamConfig::default() });
        let model = Digits::new(64, names.len(), seed.purpose(Purpose::Init), &device);
        let sources = Data::new(part(&split.train)).validation(part(&split.validation));
        let Some(outcome) = fold.train(trainer, model, &sources)? else { return Ok(None) };

        let scores =
            |rows: &[usize]| evaluate(&task, &outcome.model, &Loader::new(part(rows), 500)?, &device);
        let (train, test) = (scores(&split.train)?, scores(&split.test)?);
        // What the model says of the items that it has not seen.
        let mut predictions = PredictionTable::new(["actual", "prediction", "probability"]);
        for chunk in split.test.chunks(500) {
            let inputs = fitted.inputs(&data.features, chunk, &device)?.flat();
            let numbers = softmax(outcome.model.forward(inputs), 1).into_data();
            let numbers: Vec<f32> = numbers.iter::<f32>().collect();
            for (&row, shares) in chunk.iter().zip(numbers.chunks(names.len())) {
                let best = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
                let actual = &names[labels[row] as usize];
                predictions.push(row, [actual.clone(), names[best].clone(), shares[best].to_string()]);
            }
        }
        let result = fold.result(&outcome, &train, &test).validation_items(split.validation.len());
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Some(result.predictions(predictions)))
    };

    let settings = FoldSettings {
        folder: std::env::args_os().nth(1).map(PathBuf::from),
        label: "digits, 32 hidden units".to_owned(),
        parallel: Parallel::new(2),
        ..FoldSettings::default()
    };
    let splitter = StratifiedKFold { folds: 5, shuffle: Some(Seed::new(0)) };
    let found = cross_validate(&splitter, &Items::new(labels.len()).labels(labels), &settings, &Lines, fold)?;
    let found = found.ok_or("nobody asked it to stop")?;

    for fold in &found.folds {
        let accuracy = fold.test.get("accuracy").unwrap_or(f64::NAN);
        println!("fold {}  accuracy {accuracy:.4}  weights {}", fold.fold + 1, &fold.weights_blake3[..12]);
    }
    let accuracy = &found.summaries.get("accuracy").ok_or("no accuracy")?.summary;
    let [low, high] = accuracy.interval;
    println!("accuracy {:.4}, 95 % interval {low:.4} to {high:.4}", accuracy.mean);
    let predictions = found.predictions.ok_or("no predictions")?;
    let right = predictions.rows().filter(|(_, cells)| cells[0] == cells[1]).count();
    println!("right for {right} of {} items", predictions.rows().count());
    Ok(())
}
