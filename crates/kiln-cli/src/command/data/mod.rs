//! `kiln data list`, `info` and `check`.

mod check;
mod info;
mod list;

use clap::{Args, Subcommand};
use kiln_terminal::Output;

use super::Execute;
use crate::args::{ConfigArguments, Global};
use crate::error::CliError;

/// List, describe and check data.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Data {
    #[command(subcommand)]
    action: DataCommand,
}

/// What to do with data.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DataCommand {
    /// List the data sets and formats.
    #[command(after_help = "\
Examples:
  kiln data list
  kiln data list --json")]
    List,
    /// Describe a data set: items, columns, classes, missing values.
    #[command(after_help = "\
Examples:
  kiln data info iris
  kiln data info houses.csv data.target=price
  kiln data info fashion-mnist --data ~/data/fashion-mnist")]
    Info(ConfigArguments),
    /// Load, split and preprocess the data of a configuration as training would.
    #[command(after_help = "\
Examples:
  kiln data check digits
  kiln data check my.toml --seed 3")]
    Check(ConfigArguments),
}

const EXAMPLES: &str = "\
Examples:
  kiln data list
  kiln data info iris
  kiln data check digits";

impl Execute for Data {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(&self.action, global, out).map(|()| 0)
    }
}

fn run(command: &DataCommand, global: &Global, out: Output) -> Result<(), CliError> {
    match command {
        DataCommand::List => list::run(out),
        DataCommand::Info(arguments) => info::run(arguments, global, out),
        DataCommand::Check(arguments) => check::run(arguments, global, out),
    }
}
