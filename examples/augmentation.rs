//! What augmentation is worth when there are few labelled images: 1,000 of Fashion-MNIST (not part of this repository), with
//! and without, over several seeds.
//!
//! ```text
//! cargo run --release --example augmentation -- [--seeds N] [--epochs N] [--items N] [--data FOLDER]
//! ```
//!
//! Every seed takes 1,000 items that no other seed takes, as many of each class, and trains the same network with the same first
//! weights and the same number of steps twice. All are judged on the test part.

use std::sync::Arc;

use kiln::augment::{Augmented, CropConfig, EraseConfig, HorizontalFlip};
use kiln::data::Target;
use kiln::prelude::*;
use kiln::validate::statistics::t_quantile;

/// What stands on the command line.
struct Arguments {
    seeds: usize,
    epochs: u64,
    items: usize,
    data: Option<std::path::PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        let mut read = Self { seeds: 5, epochs: 100, items: 1000, data: None };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--seeds" => read.seeds = value.parse()?,
                "--epochs" => read.epochs = value.parse()?,
                "--items" => read.items = value.parse()?,
                "--data" => read.data = Some(value.into()),
                _ => {
                    return Err(
                        format!("unknown argument {name}; use --seeds, --epochs, --items or --data").into()
                    );
                }
            }
        }
        Ok(read)
    }
}

/// The first `per_class` training items of each class behind those of the seeds before.
fn subset(
    clothes: &Prepared,
    seed: usize,
    per_class: usize,
) -> Result<Vec<usize>, Box<dyn std::error::Error>> {
    let Target::Classes { labels, names } = &clothes.dataset.target else { return Err("no classes".into()) };
    let mut seen = vec![0; names.len()];
    let mine = |row: &&usize| {
        let count = &mut seen[labels[**row] as usize];
        *count += 1;
        (seed * per_class + 1..=(seed + 1) * per_class).contains(count)
    };
    Ok(clothes.split.train.iter().filter(mine).copied().collect())
}

/// Trains on `source` and gives the accuracy on the test part.
fn accuracy<S: Source<Batch> + 'static>(
    source: S,
    clothes: &Prepared,
    seed: u64,
    epochs: u64,
) -> Result<f64, Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let target = TargetKind::Classes(clothes.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let config = ModelConfig::Cnn(CnnConfig { channels: vec![32, 64], dropout: 0.3, ..CnnConfig::default() });
    let init = Seed::new(seed).purpose(Purpose::Init);
    let model = config.init(clothes.fitted.input_shape(), loss.outputs(), &device, init)?;
    let task = Supervised::new(Network::forward, loss, clothes.fitted.clone());
    let train = TrainConfig { epochs, batch_size: 64, ..TrainConfig::default() };
    let outcome = Trainer::new(task.clone(), train)
        .optimizer(AdamwConfig { lr: 3e-3, ..AdamwConfig::default() })
        .schedule(CosineShape { end: 0.0 })
        .seed(seed)
        .fit(model, &Data::new(source))?;
    let test = Loader::new(clothes.test().ok_or("no test part")?, 500)?.prefetch(1);
    let scores = evaluate(&task, &outcome.model, &test, &device)?;
    Ok(scores.metrics().get("accuracy").unwrap_or(f64::NAN))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::read()?;
    let config = DataConfig { path: arguments.data, validation: 0.0, ..DataConfig::new("fashion-mnist") };
    let mut clothes = Prepared::load(&config, Seed::new(0))
        .map_err(|error| format!("{error}; help: {}", error.help().unwrap_or_default()))?;
    if arguments.items < 1000 {
        clothes.split.test.truncate(arguments.items);
    }
    let per_class = arguments.items / clothes.fitted.outputs();
    println!("seed  items  as they are  augmented    gain");
    let mut gains = Vec::new();
    for seed in 0..arguments.seeds {
        let rows = subset(&clothes, seed, per_class)?;
        let rows = Rows::new(Arc::clone(&clothes.dataset), rows, Arc::clone(&clothes.fitted));
        let items = rows.len();
        let crop = CropConfig { size: [28, 28], padding: 2, border: Default::default(), fill: None };
        let augmented = Augmented::new(rows.clone())
            .transform(crop.build()?)?
            .transform(HorizontalFlip::new(0.5)?)?
            .transform(EraseConfig::default().build()?)?;
        let plain = accuracy(rows, &clothes, seed as u64, arguments.epochs)?;
        let augmented = accuracy(augmented, &clothes, seed as u64, arguments.epochs)?;
        println!("{seed:>4}  {items:>5}  {plain:>11.4}  {augmented:>9.4}  {:>+6.4}", augmented - plain);
        gains.push(augmented - plain);
    }
    // The training parts share no item, so Student's interval needs no correction.
    let n = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / n;
    let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / (n - 1.0);
    if n > 1.0 {
        let half = t_quantile(0.975, n - 1.0) * (variance / n).sqrt();
        println!("mean gain {mean:.4}, 95 % interval {:.4} to {:.4}", mean - half, mean + half);
    }
    Ok(())
}
