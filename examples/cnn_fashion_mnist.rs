//! A convolutional network on Fashion-MNIST (70 000 pictures of clothes; not part of this repository).
//!
//! ```text
//! cargo run --release --example cnn_fashion_mnist -- [--epochs N] [--items N] [--data FOLDER]
//! ```
//!
//! `--items` takes only the first N items of each part. Without `--data` the files are looked for in the folder that
//! `KILN_DATA` names and in `/usr/share/datasets/fashion-mnist`.

use std::ops::ControlFlow;

use kiln::prelude::*;

/// What stands on the command line.
struct Arguments {
    epochs: u64,
    items: usize,
    data: Option<std::path::PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        let mut read = Self { epochs: 5, items: usize::MAX, data: None };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--epochs" => read.epochs = value.parse()?,
                "--items" => read.items = value.parse()?,
                "--data" => read.data = Some(value.into()),
                _ => return Err(format!("unknown argument {name}; use --epochs, --items or --data").into()),
            }
        }
        Ok(read)
    }
}

/// Prints a line for each epoch.
struct Lines;

impl Callback for Lines {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        let record = view.record;
        let accuracy = record.validation.as_ref().and_then(|metrics| metrics.get("accuracy"));
        println!(
            "epoch {}/{}  loss {:.4}  validation accuracy {:.4}  {:.1} s",
            record.epoch,
            view.epochs,
            record.train.get("loss").unwrap_or(f64::NAN),
            accuracy.unwrap_or(f64::NAN),
            record.seconds,
        );
        Ok(ControlFlow::Continue(()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::read()?;
    let device = DeviceName::Auto.open()?;
    let config = DataConfig { path: arguments.data, ..DataConfig::new("fashion-mnist") };
    // An error of kiln knows its remedy: here, which package to install.
    let mut clothes = Prepared::load(&config, Seed::new(0))
        .map_err(|error| format!("{error}; help: {}", error.help().unwrap_or_default()))?;
    for part in [&mut clothes.split.train, &mut clothes.split.validation, &mut clothes.split.test] {
        part.truncate(arguments.items);
    }

    let model = ModelConfig::Cnn(CnnConfig { channels: vec![16, 32], dropout: 0.3, ..CnnConfig::default() });
    let (input, classes) = (clothes.fitted.input_shape(), clothes.fitted.outputs());
    println!("{}", model.summary(input.clone(), classes)?);
    let model = model.init(input, classes, &device, Seed::new(0).purpose(Purpose::Init))?;

    let target = TargetKind::Classes(classes);
    let loss = LossConfig::default_for(target).build(target)?;
    let task = Supervised::new(Network::forward, loss, clothes.fitted.clone());
    let data = Data::new(clothes.train()).validation(clothes.validation().ok_or("no validation part")?);
    let outcome =
        Trainer::new(task.clone(), TrainConfig { epochs: arguments.epochs, ..TrainConfig::default() })
            .schedule(CosineShape { end: 0.0 })
            .callback(Lines)
            .fit(model, &data)?;

    let test = Loader::new(clothes.test().ok_or("no test part")?, 500)?;
    let scores = evaluate(&task, &outcome.model, &test, &device)?;
    println!("test accuracy {:.4}", scores.metrics().get("accuracy").unwrap_or(f64::NAN));

    // Which clothes are mistaken for which?
    let (Some(confusion), Some(names)) = (scores.confusion(), clothes.fitted.class_names()) else {
        return Ok(());
    };
    let mistakes = (0..classes).flat_map(|actual| (0..classes).map(move |predicted| (actual, predicted)));
    let worst = mistakes.filter(|(a, p)| a != p).max_by_key(|&(a, p)| confusion.count(a, p));
    if let Some((actual, predicted)) = worst {
        let times = confusion.count(actual, predicted);
        println!("most frequent mistake: {} taken for {}, {times} times", names[actual], names[predicted]);
    }
    Ok(())
}
