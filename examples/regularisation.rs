//! What regularisation does: the same network on 100 labelled digits, trained in eight ways over several seeds. Prints a table
//! and writes the curves of training and validation loss as a picture.
//!
//! ```text
//! cargo run --release --example regularisation -- [PICTURE.svg] [--seeds N] [--from SEED] [--epochs N]
//! ```
//!
//! A seed draws the 100 training and 320 validation items, the first weights and the order of the batches; the test part is the
//! fixed one of `digits`. Both losses of the table and the picture are the plain cross-entropy: no penalty in it, dropout off,
//! images as they are. Strengths are those with the lowest validation loss over seeds 100 to 104, among three to five of each
//! kind; seeds 0 to 4 and the test part took no part in that.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use kiln::augment::{AffineConfig, Augmented, Factor};
use kiln::data::Target;
use kiln::prelude::*;
use kiln::report::{Column, Panel, Panels, Runs, Table};

type Error = Box<dyn std::error::Error>;

/// Labelled items, of about 1,440 that are not in the test part.
const TRAINING: f64 = 100.0;
const VALIDATION: f64 = 320.0;

/// One way to train; the default regularises nothing.
#[derive(Default)]
struct Way {
    name: &'static str,
    penalty: Option<PenaltyConfig>,
    weight_decay: f64,
    /// Probabilities that an input and that a hidden unit is dropped.
    dropout: [f64; 2],
    augment: bool,
    /// Epochs without a better validation loss after which training stops; the best weights are kept.
    patience: Option<u64>,
}

fn ways() -> Vec<Way> {
    let (l1, l2) = (L1Config::new(5e-4).into(), L2Config::new(3e-3).into());
    let patience = Some(20);
    vec![
        Way { name: "nothing", ..Way::default() },
        Way { name: "L1 (λ=0.0005)", penalty: Some(l1), ..Way::default() },
        Way { name: "L2 (λ=0.003)", penalty: Some(l2), ..Way::default() },
        Way { name: "weight decay (1.0)", weight_decay: 1.0, ..Way::default() },
        Way { name: "dropout (0.3)", dropout: [0.3, 0.3], ..Way::default() },
        Way { name: "augmentation", augment: true, ..Way::default() },
        Way { name: "early stopping", patience, ..Way::default() },
        // Each weaker, because together they are strong.
        Way {
            name: "the last four together",
            weight_decay: 0.1,
            dropout: [0.2, 0.3],
            augment: true,
            patience,
            ..Way::default()
        },
    ]
}

/// Keeps the weights of every epoch.
struct Snapshots(Arc<Mutex<Vec<Weights>>>);

impl Callback for Snapshots {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((view.weights)());
        Ok(ControlFlow::Continue(()))
    }
}

/// Losses and accuracies of the weights after an epoch.
#[derive(Clone, Copy)]
struct Epoch {
    train: f64,
    validation: f64,
    accuracy: f64,
}

/// What a training leaves.
struct Trained {
    curve: Vec<Epoch>,
    /// Place in `curve` of the weights that are kept.
    kept: usize,
    test_loss: f64,
    test_accuracy: f64,
}

impl Trained {
    fn kept(&self) -> Epoch {
        self.curve[self.kept]
    }

    fn gap(&self) -> f64 {
        self.kept().validation - self.kept().train
    }
}

/// The digits with few labels: about 100 to train on and 320 to validate on, as many of each class as there are.
fn digits(seed: u64) -> Result<Prepared, Error> {
    let mut config = DataConfig::new("digits");
    let data = config.load()?;
    let Target::Classes { labels, names } = data.target.clone() else { return Err("no classes".into()) };
    config.validation = 1.0 - TRAINING / (labels.len() - data.fixed_test.len()) as f64;
    let mut digits = Prepared::new(data, &config, Seed::new(seed))?;
    let rest = std::mem::take(&mut digits.split.validation);
    let share = VALIDATION / rest.len() as f64;
    let draw = Seed::new(seed).purpose(Purpose::Split).at(2);
    digits.split.validation = Split::hold_out(rest, Some((&labels, names.len())), share, draw).1;
    Ok(digits)
}

fn train(way: &Way, digits: &Prepared, seed: u64, epochs: u64) -> Result<Trained, Error> {
    let device = DeviceName::Auto.open()?;
    let target = TargetKind::Classes(digits.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let [input_dropout, dropout] = way.dropout;
    let config =
        ModelConfig::Mlp(MlpConfig { hidden: vec![128, 64], dropout, input_dropout, ..MlpConfig::default() });
    let init = Seed::new(seed).purpose(Purpose::Init);
    let model = || config.init(digits.fitted.input_shape(), loss.outputs(), &device, init);
    let task = Supervised::new(Network::forward, loss.clone(), digits.fitted.clone());

    let mut source = Augmented::new(digits.train());
    if way.augment {
        // At most 10 degrees and a tenth of the size either way; a pixel up, down, left or right for one image in five each way.
        let (degrees, translate, scale) = ([-10.0, 10.0], [0.08; 2], Factor([0.9, 1.1]));
        let config = AffineConfig { degrees, translate, scale, ..AffineConfig::default() };
        source = source.transform(config.build()?)?;
    }
    let validation = digits.validation().ok_or("no validation part")?;
    let mut data = Data::new(source);
    let snapshots = Arc::new(Mutex::new(Vec::new()));
    let adamw = AdamwConfig { lr: 0.01, weight_decay: way.weight_decay, ..AdamwConfig::default() };
    let mut trainer =
        Trainer::new(task.clone(), TrainConfig { epochs, batch_size: 16, ..TrainConfig::default() })
            .optimizer(adamw)
            .schedule(CosineShape { end: 0.0 })
            .callback(Snapshots(Arc::clone(&snapshots)))
            .seed(seed);
    if let Some(penalty) = &way.penalty {
        trainer = trainer.penalty(penalty.clone());
    }
    if let Some(patience) = way.patience {
        // A trainer that is given a validation part keeps the weights that do best on it, and otherwise the last.
        data = data.validation(validation.clone());
        trainer = trainer.early_stopping(EarlyStoppingConfig { patience, ..EarlyStoppingConfig::default() });
    }
    let outcome = trainer.fit(model()?, &data)?;

    let score = |model: &Network, rows: Rows| -> Result<[f64; 2], Error> {
        let metrics = evaluate(&task, model, &Loader::new(rows, 500)?, &device)?.metrics();
        Ok(["loss", "accuracy"].map(|name| metrics.get(name).unwrap_or(f64::NAN)))
    };
    let mut curve = Vec::new();
    for weights in snapshots.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let model = weights.apply(model()?)?;
        let [train, _] = score(&model, digits.train())?;
        let [validation, accuracy] = score(&model, validation.clone())?;
        curve.push(Epoch { train, validation, accuracy });
    }
    let best = outcome.history.best().filter(|_| way.patience.is_some()).map(|best| best.epoch as usize - 1);
    let kept = best.unwrap_or(curve.len() - 1);
    let [test_loss, test_accuracy] = score(&outcome.model, digits.test().ok_or("no test part")?)?;
    Ok(Trained { curve, kept, test_loss, test_accuracy })
}

/// Mean ± standard deviation over the seeds.
fn spread(numbers: impl Iterator<Item = f64>, decimals: usize) -> String {
    let numbers: Vec<f64> = numbers.collect();
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let deviation = (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    if n > 1.0 {
        format!("{mean:.decimals$} ± {deviation:.decimals$}")
    } else {
        format!("{mean:.decimals$}")
    }
}

fn panel(way: &Way, seeds: &[Trained]) -> Panel {
    let test = seeds.iter().map(|seed| 100.0 * seed.test_accuracy).sum::<f64>() / seeds.len() as f64;
    let note = format!("gap {} · test {test:.1} %", spread(seeds.iter().map(Trained::gap), 2));
    let runs = |loss: fn(&Epoch) -> f64| {
        let curve =
            |seed: &Trained| seed.curve.iter().map(loss).zip(1..).map(|(y, x)| (f64::from(x), y)).collect();
        seeds.iter().map(curve).collect()
    };
    let mut validation = Runs::new("validation loss", runs(|epoch| epoch.validation));
    if way.patience.is_some() {
        validation.dots = seeds.iter().map(|seed| ((seed.kept + 1) as f64, seed.kept().validation)).collect();
    }
    Panel::new(way.name, note).curve(Runs::new("training loss", runs(|epoch| epoch.train))).curve(validation)
}

/// What stands on the command line.
struct Arguments {
    picture: PathBuf,
    seeds: u64,
    from: u64,
    epochs: u64,
}

impl Arguments {
    fn read() -> Result<Self, Error> {
        let mut read = Self { picture: PathBuf::from("regularisation.svg"), seeds: 5, from: 0, epochs: 100 };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--seeds" => read.seeds = value()?.parse()?,
                "--from" => read.from = value()?.parse()?,
                "--epochs" => read.epochs = value()?.parse()?,
                _ if word.starts_with('-') => {
                    return Err(format!("unknown argument {word}; use --seeds, --from or --epochs").into());
                }
                _ => read.picture = word.into(),
            }
        }
        if read.seeds == 0 {
            return Err("--seeds must be at least 1".into());
        }
        Ok(read)
    }
}

fn main() -> Result<(), Error> {
    let Arguments { picture, seeds, from, epochs } = Arguments::read()?;
    let parts = (from..from + seeds).map(digits).collect::<Result<Vec<_>, _>>()?;
    let split = &parts[0].split;
    let items = [&split.train, &split.validation, &split.test].map(Vec::len);
    let setting =
        format!("{} training, {} validation, {} test items; {epochs} epochs", items[0], items[1], items[2]);
    println!("{setting}; means, and standard deviations, over {seeds} seeds\n");

    let titles = [
        "training loss",
        "validation loss",
        "gap",
        "validation %",
        "test loss",
        "test %",
        "test gain",
        "seeds better",
    ];
    let mut table = Table::new([Column::left("regularised by")].into_iter().chain(titles.map(Column::right)));
    let mut panels = Panels::new("Overfitting, and what helps against it", "epoch", "cross-entropy (nats)")
        .subtitle(format!(
            "digits, {setting}; thin lines: {seeds} seeds, thick: their mean, rings: weights kept"
        ))
        .y_range(0.0, 1.0)
        .shade("training loss", "validation loss", "gap");
    let mut none: Vec<Trained> = Vec::new();
    let mut no_better = Vec::new();
    for way in ways() {
        let fit = |(part, seed)| train(&way, part, seed, epochs);
        let trained = parts.iter().zip(from..).map(fit).collect::<Result<Vec<_>, _>>()?;
        panels = panels.panel(panel(&way, &trained));
        let mean = |of: fn(&Trained) -> f64, decimals: usize| {
            format!("{:.decimals$}", trained.iter().map(of).sum::<f64>() / trained.len() as f64)
        };
        let column = |of: fn(&Trained) -> f64, decimals| spread(trained.iter().map(of), decimals);
        let mut row = vec![
            way.name.to_owned(),
            mean(|seed| seed.kept().train, 3),
            mean(|seed| seed.kept().validation, 3),
            column(Trained::gap, 3),
            mean(|seed| 100.0 * seed.kept().accuracy, 1),
            column(|seed| seed.test_loss, 3),
            column(|seed| 100.0 * seed.test_accuracy, 1),
        ];
        if none.is_empty() {
            none = trained;
        } else {
            let gain = |(with, without): (&Trained, &Trained)| with.test_accuracy - without.test_accuracy;
            let gains: Vec<f64> = trained.iter().zip(&none).map(gain).collect();
            let better = gains.iter().filter(|gain| **gain > 0.0).count();
            row.push(spread(gains.iter().map(|gain| 100.0 * gain), 1));
            row.push(format!("{better}/{seeds}"));
            if gains.iter().sum::<f64>() <= 0.0 {
                no_better.push(way.name);
            }
        }
        table.row(row);
    }
    println!("{table}");
    println!(
        "gap: validation loss - training loss; test gain: points of accuracy over nothing, seed by seed"
    );
    if !no_better.is_empty() {
        println!("no more accurate than nothing on the test part, on average: {}", no_better.join(", "));
    }
    std::fs::write(&picture, panels.to_svg())?;
    println!("curves: {}", picture.display());
    Ok(())
}
