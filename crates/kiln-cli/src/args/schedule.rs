//! Arguments of the commands about the learning rate.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};

use super::train::{ConfigArguments, positive};

/// What to do with schedules.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Draw the learning rate of every step of a training, before it.
    #[command(after_help = "\
Examples:
  kiln schedule plot digits
  kiln schedule plot digits schedule.kind=one-cycle -o rate.svg
  kiln schedule plot my.toml schedule.warmup=2 --json")]
    Plot(Plot),
}

/// Arguments of `schedule plot`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Plot {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// An SVG file for the curve; momentum and weight decay, where they move, go into files beside it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Arguments of `lr-find`.
#[derive(Debug, Clone, Args)]
pub(crate) struct LrFind {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// First learning rate.
    #[arg(long, value_name = "X", default_value_t = 1e-7, value_parser = positive)]
    pub(crate) start: f64,
    /// Last learning rate.
    #[arg(long, value_name = "X", default_value_t = 10.0, value_parser = positive)]
    pub(crate) end: f64,
    /// Steps from the first to the last.
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = RangedU64ValueParser::<u64>::new().range(20..))]
    pub(crate) steps: u64,
    /// An SVG file for the curve.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

pub(super) const LR_FIND_EXAMPLES: &str = "\
Examples:
  kiln lr-find digits
  kiln lr-find my.toml optim.kind=sgd --start 1e-5 --steps 200 -o loss.svg
  kiln lr-find digits --json";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::{Cli, Command};

    #[test]
    fn lr_find_has_a_range_of_positive_rates_and_enough_steps() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        let Command::LrFind(find) =
            parse("kiln lr-find digits seed=1 --start 1e-3 --steps 20").unwrap().command
        else {
            panic!()
        };
        assert_eq!((find.start, find.end, find.steps), (1e-3, 10.0, 20));
        assert_eq!(find.configuration.overrides, ["seed=1"]);
        for bad in ["--start 0", "--end nan", "--steps 19", "--end -1"] {
            assert!(parse(&format!("kiln lr-find digits {bad}")).is_err(), "{bad}");
        }
    }
}
