//! `kiln augment preview`.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};
use kiln_core::{Purpose, Seed};
use kiln_data::{Batch, Source, Targets};
use kiln_experiment::OutputFile;
use kiln_experiment::error::OutputError;
use kiln_experiment::job::Job;
use kiln_report::{Picture, Sheet};
use kiln_terminal::{Output, fields};

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Global};
use crate::configuration::{configuration, inputs, train_command};
use crate::error::CliError;

/// Look at augmentation before training.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  kiln augment preview fashion-mnist-resnet -o sheet.png")]
pub(crate) struct Augment {
    #[command(subcommand)]
    action: AugmentCommand,
}

/// What to do with augmentation.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AugmentCommand {
    /// Draw training items, unchanged and as the first epochs will see them.
    ///
    /// MixUp and CutMix mix the items of the sheet with each other; in training, those of a batch.
    #[command(after_help = "\
Examples:
  kiln augment preview fashion-mnist-resnet -o sheet.png
  kiln augment preview my.toml mix.mixup=0.4 -o sheet.png --items 4 --variants 12
  kiln augment preview my.toml -o sheet.png --seed 1")]
    Preview(Preview),
}

/// Arguments of `augment preview`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// The PNG file for the sheet.
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) output: PathBuf,
    /// Items of the training part, of as many classes as there are.
    #[arg(long, value_name = "N", default_value_t = 8,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=100))]
    pub(crate) items: usize,
    /// Variants of each: those of the epochs 1 to N.
    #[arg(long, value_name = "N", default_value_t = 8,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=50))]
    pub(crate) variants: usize,
}

impl Execute for Augment {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(&self.action, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

fn run(command: &AugmentCommand, global: &Global, out: Output) -> Result<(), CliError> {
    let AugmentCommand::Preview(arguments) = command;
    preview(arguments, global, out)
}

fn preview(arguments: &Preview, global: &Global, out: Output) -> Result<(), CliError> {
    let path = &arguments.output;
    if !path.extension().and_then(OsStr::to_str).is_some_and(|end| end.eq_ignore_ascii_case("png")) {
        return Err(CliError::NotPng { path: path.clone() });
    }
    let resolved = configuration(&arguments.configuration, global)?;
    let target = OutputFile::new(path, &inputs(&arguments.configuration, &resolved))?;
    if resolved.config.augment.is_none() && resolved.config.mix.is_none() {
        return Err(CliError::NothingToPreview);
    }
    let job = Job::load(&resolved)?;
    let shape = job.blueprint.fitted.input_shape().as_images().ok_or(CliError::PreviewOfTable)?;
    let train = job.train()?;
    let items = items(&job, arguments.items);
    let names = job.blueprint.fitted.class_names();
    let pictures = |batch: Batch| Pictures::of(&job, shape, batch, names);

    let mut columns = vec![pictures(job.prepared.train().batch(&items, &job.device)?)];
    // As the trainer counts epochs and hands out seeds.
    let seed = Seed::new(resolved.config.seed).purpose(Purpose::Augment);
    for epoch in 0..arguments.variants as u64 {
        columns.push(pictures(train.training_batch(&items, seed.at(epoch), &job.device)?));
    }
    let epochs = (1..=arguments.variants).map(|epoch| format!("epoch {epoch}"));
    let mut sheet = Sheet::new(std::iter::once("original".to_owned()).chain(epochs));
    for row in 0..items.len() {
        sheet = sheet.row(columns.iter().map(|column| column.picture(row)).collect());
    }
    let picture = sheet.to_png().map_err(|error| OutputError::Write { path: path.clone(), error })?;
    target.write(&picture)?;
    if out.json {
        return Ok(out.event(
            "preview",
            fields! { path: path.display().to_string(), items: items.len(), variants: arguments.variants },
        )?);
    }
    let (items, variants) = (items.len(), arguments.variants);
    out.data(&format!("{}: {items} items, each unchanged and in {variants} variants\n", path.display()))?;
    let next = train_command(&arguments.configuration, &[], global);
    out.say(&format!("\nNext:\n  {next}"));
    Ok(())
}

/// The first training items of every class in turn; the first ones where the target is numbers.
fn items(job: &Job<'_>, count: usize) -> Vec<usize> {
    let rows = job.prepared.train();
    let count = count.min(Source::len(&rows));
    let Some((labels, classes)) = job.prepared.dataset.target.strata() else {
        return (0..count).collect();
    };
    let mut of_class = vec![Vec::new(); classes];
    for (item, row) in rows.numbers().iter().enumerate() {
        if let Some(list) = of_class.get_mut(labels[*row] as usize) {
            list.push(item);
        }
    }
    let longest = of_class.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|turn| of_class.iter().filter_map(move |list| list.get(turn).copied()));
    turns.take(count).collect()
}

/// A batch as pictures.
struct Pictures {
    shape: [usize; 3],
    pixels: Vec<u8>,
    labels: Vec<String>,
}

impl Pictures {
    fn of(job: &Job<'_>, shape: [usize; 3], batch: Batch, names: Option<&[String]>) -> Self {
        // Scaling is a straight line for each channel: what black and white became says all.
        let tables = job.blueprint.fitted.pixel_tables().unwrap_or_default();
        let ends: Vec<[f32; 2]> = tables.iter().map(|table| [table[0], table[255]]).collect();
        let numbers: Vec<f32> = batch.inputs.flat().into_data().iter::<f32>().collect();
        let plane = (shape[1] * shape[2]).max(1);
        let pixel = |(place, number): (usize, &f32)| {
            let [black, white] = ends[place / plane % ends.len()];
            ((number - black) / (white - black) * 255.0).round().clamp(0.0, 255.0) as u8
        };
        let pixels = numbers.iter().enumerate().map(pixel).collect();
        Self { shape, pixels, labels: labels(batch.targets, names) }
    }

    fn picture(&self, item: usize) -> Picture {
        let size: usize = self.shape.iter().product();
        let pixels = self.pixels[item * size..(item + 1) * size].to_vec();
        Picture { shape: self.shape, pixels, label: self.labels[item].clone() }
    }
}

/// The class of each item, the largest shares of mixed ones, or the first number.
fn labels(targets: Targets, names: Option<&[String]>) -> Vec<String> {
    let name =
        |class: usize| names.and_then(|names| names.get(class)).cloned().unwrap_or_else(|| class.to_string());
    if let Some(classes) = targets.as_classes() {
        return classes.to_data().iter::<i64>().map(|class| name(class as usize)).collect();
    }
    let values = targets.numbers();
    let width = values.dims()[1].max(1);
    let values: Vec<f32> = values.into_data().iter::<f32>().collect();
    let label = |row: &[f32]| {
        if names.is_none() {
            return format!("{:.3}", row[0]);
        }
        let mut shares: Vec<(usize, f32)> = row.iter().copied().enumerate().collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        let shown = shares.iter().take(2).filter(|(_, share)| *share > 0.005);
        let part = |(class, share): &(usize, f32)| format!("{:.0}% {}", share * 100.0, name(*class));
        shown.map(part).collect::<Vec<_>>().join("\n")
    };
    values.chunks(width).map(label).collect()
}
