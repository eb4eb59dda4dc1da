//! `kiln lr-find`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_experiment::find_learning_rate;
use kiln_page::figure;
use kiln_report::human;
use kiln_terminal::{Output, fields};
use kiln_train::{LrCurve, LrFinderConfig};

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Global, positive};
use crate::configuration::{configuration, inputs, train_command};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::picture::{check_svg, write_svg};

/// Suggest a learning rate, by a range test on a copy of the model.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
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

const EXAMPLES: &str = "\
Examples:
  kiln lr-find digits
  kiln lr-find my.toml optim.kind=sgd --start 1e-5 --steps 200 -o loss.svg
  kiln lr-find digits --json";

impl Execute for LrFind {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(self, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

fn run(arguments: &LrFind, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.configuration, global)?;
    let inputs = inputs(&arguments.configuration, &resolved);
    if let Some(path) = &arguments.output {
        check_svg(path, &inputs)?;
    }
    let config = LrFinderConfig {
        start: arguments.start,
        end: arguments.end,
        steps: arguments.steps,
        ..LrFinderConfig::default()
    };
    let (found, weights) = find_learning_rate(&resolved, &config, &Terminal::new(global, out))?;
    let chart = figure::lr_find(&resolved.label, &found);
    if let Some(path) = &arguments.output {
        write_svg(path, &chart, &inputs)?;
    }
    let next = found.steepest.map(|lr| {
        // Two digits of the rate: more would be noise.
        train_command(&arguments.configuration, &[format!("optim.lr={lr:.1e}")], global)
    });
    if out.json {
        return Ok(out.event(
            "lr_find",
            fields! {
                steepest: found.steepest, minimum_tenth: found.minimum_tenth, diverged: found.diverged,
                points: found.points, weights_blake3: weights, next: next,
            },
        )?);
    }
    out.data(&format!("{}{}", chart.to_text(80, 14), advice(&found)))?;
    if let Some(path) = &arguments.output {
        out.say(&format!("written: {}", path.display()));
    }
    if let Some(next) = next {
        out.say(&format!("next: {next}"));
    }
    Ok(())
}

fn advice(found: &LrCurve) -> String {
    let ended = if found.diverged {
        "the loss ran away, and the test ended there"
    } else {
        "the loss held to the end"
    };
    match (found.steepest, found.minimum_tenth) {
        (Some(steepest), Some(tenth)) => format!(
            "suggested learning rate: {} where the loss falls fastest, {} a tenth of where it is smallest; {ended}\n",
            human::metric(steepest),
            human::metric(tenth),
        ),
        _ => format!("no suggestion: the loss never fell; {ended}; try --start, --steps or another model\n"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

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
