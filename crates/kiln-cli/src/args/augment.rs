//! Arguments of the commands about augmentation.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};

use super::train::ConfigArguments;

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
