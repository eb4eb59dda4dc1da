//! `kiln predict`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_experiment::Interrupt;
use kiln_experiment::predict::{Columns, Format, Predictor, Run, Writer};
use kiln_experiment::stored;

use super::{Accepts, Execute};
use crate::args::{Global, TestTime};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::signal;
use crate::sink::Sink;
use crate::target::Target;

/// Predict for new inputs with a run's best weights.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Predict {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The inputs: a CSV file, an IDX file, an image or a folder of images.
    pub(crate) input: PathBuf,
    /// The file for the predictions, .csv or .jsonl [default: CSV on standard output].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print the probability of every class, too.
    #[arg(long)]
    pub(crate) proba: bool,
    /// Print mean and standard deviation of N passes with dropout on: Monte Carlo dropout.
    #[arg(long, value_name = "N", conflicts_with = "tta",
          value_parser = RangedU64ValueParser::<u64>::new().range(2..=10_000))]
    pub(crate) mc: Option<u64>,
    #[command(flatten)]
    pub(crate) views: TestTime,
}

const EXAMPLES: &str = "\
Examples:
  kiln predict last new.csv
  kiln predict last new.csv -o out.csv --proba
  kiln predict last images/ -o out.jsonl
  kiln predict last images/ --tta flip
  kiln predict last new.csv --mc 50  how sure the model is, by dropout";

impl Execute for Predict {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(self, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

fn run(arguments: &Predict, global: &Global, out: Output) -> Result<(), CliError> {
    let format = match &arguments.output {
        None if out.json => Format::Events,
        None => Format::Csv,
        Some(path) => Format::of(path).ok_or_else(|| CliError::UnknownFormat { path: path.clone() })?,
    };
    let run = Run::find(&arguments.run, global.runs_dir())?;
    let session = session(global, Interrupt::default());
    let target = match &arguments.output {
        Some(output) => {
            let trained_on = stored(run.folder(), &session)?.config.data.path;
            let inputs: Vec<PathBuf> = [arguments.input.clone()].into_iter().chain(trained_on).collect();
            Some(Target::new(output, &inputs)?)
        }
        None => None,
    };
    let predictor = Predictor::open(run.folder(), &session, &Terminal::new(global, out))?;
    let predictor = predictor.views(arguments.views.tta)?;
    let items = predictor.read(&arguments.input, arguments.mc)?;
    let spread = arguments.mc.is_some();
    let columns = match (predictor.class_names(), predictor.target_names()) {
        (Some(names), _) => Columns::Classes { names, proba: arguments.proba, spread },
        (None, names) => Columns::Values { names: names.unwrap_or_default(), spread },
    };
    let failed = |error: io::Error| match &arguments.output {
        Some(path) => CliError::Write { path: path.clone(), error },
        None => CliError::Output(error),
    };
    // From here on a signal must not leave a part of a file beside the output.
    let interrupt = target.as_ref().map(|target| (signal::listen(), target.path().to_owned()));
    let mut sink = Sink::open(target.as_ref()).map_err(failed)?;
    let mut writer = Writer::new(&mut sink, format, columns).map_err(failed)?;
    items.predict(|means, deviations| match &interrupt {
        Some((interrupt, path)) if interrupt.is_set() => {
            Err(CliError::Stopped { path: path.clone(), code: interrupt.exit_code().unwrap_or(130) })
        }
        _ => writer.item(means, deviations).map_err(failed),
    })?;
    writer.finish().map_err(failed)?;
    sink.close().map_err(failed)?;
    if let Some(path) = &arguments.output {
        out.say(&format!("{} predictions in {}", items.len(), path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn predict_takes_a_run_an_input_and_an_output() {
        let Command::Predict(predict) = parse("kiln predict last in.csv -o out.jsonl --proba") else {
            panic!()
        };
        assert_eq!((predict.run.as_str(), predict.proba), ("last", true));
        assert_eq!(predict.output.unwrap().to_str(), Some("out.jsonl"));
        assert!(Cli::try_parse_from(["kiln", "predict", "last"]).is_err());
    }
}
