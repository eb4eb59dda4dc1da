//! `kiln predict`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use kiln_experiment::conformal::Intervals;
use kiln_experiment::error::OutputError;
use kiln_experiment::predict::{Columns, Format, Predictor, Run, Writer};
use kiln_experiment::{Interrupt, OutputFile, Streamed, stored};
use kiln_terminal::{Output, Sink, fields, tell};

use super::{Accepts, Execute};
use crate::args::{Global, TestTime};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::signal;

/// Predict for new inputs with a run's best weights.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Predict {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The inputs: a table, an IDX file, an image or a folder of images; a pipe, or `-` for standard input.
    pub(crate) input: PathBuf,
    /// The file for the predictions, .csv, .jsonl or .parquet [default: CSV on standard output].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The format of the predictions [default: what the output is called].
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<FormatName>,
    /// A column of the input to write beside the predictions, such as an id; several with commas.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) keep: Vec<String>,
    /// Print the probability of every class, too.
    #[arg(long)]
    pub(crate) proba: bool,
    /// Refuse categories that the model was not trained on.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print mean and standard deviation of N passes with dropout on: Monte Carlo dropout.
    #[arg(long, value_name = "N", conflicts_with = "tta",
          value_parser = RangedU64ValueParser::<u64>::new().range(2..=10_000))]
    pub(crate) mc: Option<u64>,
    /// Add an interval to each number, or a set of classes, that holds the truth of this share of new items, such as 0.9.
    #[arg(long, value_name = "LEVEL", conflicts_with_all = ["mc", "tta"])]
    pub(crate) interval: Option<f64>,
    /// The run of a higher quantile: the interval lies between both. Each has loss.kind=quantile and the same data.calibration.
    #[arg(long, value_name = "RUN", requires = "interval")]
    pub(crate) upper: Option<String>,
    #[command(flatten)]
    pub(crate) views: TestTime,
}

/// The format of predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// A header and a line for each item
    Csv,
    /// A JSON object a line
    Jsonl,
    /// A Parquet file
    Parquet,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::Csv,
            FormatName::Jsonl => Self::JsonLines,
            FormatName::Parquet => Self::Parquet,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  kiln predict last new.csv
  kiln predict last new.csv -o out.csv --proba --keep id
  kiln predict last new.csv -o out.parquet
  kiln predict last new.csv --strict  refuse categories that the model does not know
  kiln predict last images/ -o out.jsonl
  kiln predict last images/ --tta flip
  kiln predict last - --format jsonl
  kiln predict last new.csv --mc 50   how sure the model is, by dropout
  kiln predict last new.csv --interval 0.9
  kiln predict low new.csv --upper high --interval 0.9  between two quantiles, wide where items are uncertain";

impl Execute for Predict {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let format = self.format(out)?;
        match Streamed::of(&self.input)? {
            Some(input) => {
                predict(self, input.path(), format, global, out).map_err(|error| error.named(&input))
            }
            None => predict(self, &self.input, format, global, out),
        }
        .map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

impl Predict {
    fn format(&self, out: Output) -> Result<Format, CliError> {
        match (&self.output, self.format) {
            (None, Some(FormatName::Parquet)) if io::stdout().is_terminal() => Err(CliError::BinaryOutput),
            (None, None) if out.json => Ok(Format::Events),
            (None, None) => Ok(Format::Csv),
            (_, Some(name)) => Ok(name.into()),
            (Some(path), None) => Format::of(path).ok_or_else(|| CliError::UnknownFormat {
                path: path.clone(),
                known: ".csv, .jsonl, .parquet",
            }),
        }
    }
}

fn predict(
    arguments: &Predict,
    input: &Path,
    format: Format,
    global: &Global,
    out: Output,
) -> Result<(), CliError> {
    let run = Run::find(&arguments.run, global.runs_dir())?;
    let session = session(global, Interrupt::default());
    let target = match &arguments.output {
        Some(output) => {
            let trained_on = stored(run.folder(), &session)?.config.data.path;
            let inputs: Vec<PathBuf> = [input.to_owned()].into_iter().chain(trained_on).collect();
            Some(OutputFile::new(output, &inputs)?)
        }
        None => None,
    };
    let terminal = Terminal::new(global, out);
    let upper = arguments.upper.as_ref().map(|name| Run::find(name, global.runs_dir())).transpose()?;
    let open = |run: &Run| Predictor::open(run.folder(), &session, &terminal);
    let predictor = match &upper {
        Some(upper) => Predictor::of_pair(open(&run)?, open(upper)?)?,
        None => open(&run)?,
    };
    let predictor = predictor.views(arguments.views.tta)?.strict(arguments.strict);
    let fitted = predictor.fitted();
    if arguments.proba && fitted.class_names().is_none() && fitted.label_names().is_none() {
        return Err(CliError::ProbaOfNumbers);
    }
    let of_run = |level| match &upper {
        Some(upper) => Intervals::between(run.folder(), upper.folder(), level, &session, &terminal),
        None => Intervals::of_run(run.folder(), level, &session, &terminal),
    };
    let intervals = arguments.interval.map(of_run).transpose()?;
    let items = predictor.read(input, arguments.mc)?.keep(&arguments.keep)?.bounded(intervals.as_ref());
    tell::unseen::report(&items.unseen(), out)?;
    if let Some(kept) = predictor.kept_decision() {
        out.say(&tell::decision::used(kept));
    }
    let (spread, bounds) = (arguments.mc.is_some(), arguments.interval.is_some());
    let columns = match (predictor.class_names(), predictor.target_names()) {
        (Some(names), _) => Columns::Classes { names, proba: arguments.proba, spread, bounds },
        (None, names) => Columns::Values { names: names.unwrap_or_default(), spread, bounds },
    };
    let failed = |error: io::Error| match &arguments.output {
        Some(path) => OutputError::Write { path: path.clone(), error }.into(),
        None => CliError::Output(error),
    };
    // From here on a signal must not leave a part of a file beside the output.
    let interrupt = target.as_ref().map(|target| (signal::listen(), target.path().to_owned()));
    let mut sink = Sink::open(target.as_ref()).map_err(failed)?;
    let mut writer = Writer::new(&mut sink, format, columns, items.carried()).map_err(failed)?;
    items.predict(|item| match &interrupt {
        Some((interrupt, path)) if interrupt.is_set() => {
            Err(CliError::Stopped { path: path.clone(), code: interrupt.exit_code().unwrap_or(130) })
        }
        _ => writer.item(item).map_err(failed),
    })?;
    writer.finish().map_err(failed)?;
    sink.close().map_err(failed)?;
    if let Some(path) = &arguments.output {
        out.say(&format!("{} predictions in {}", items.len(), path.display()));
        if out.json {
            let path = path.display().to_string();
            out.event("predictions", fields! { items: items.len(), path: path })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::FormatName;
    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn predict_takes_a_run_an_input_and_an_output() {
        let line = "kiln predict last in.csv -o out.dat --proba --keep id,name --keep x --format parquet";
        let Command::Predict(predict) = parse(line) else { panic!() };
        assert_eq!((predict.run.as_str(), predict.proba), ("last", true));
        assert_eq!(predict.output.unwrap().to_str(), Some("out.dat"));
        assert_eq!(
            (predict.keep.as_slice(), predict.format),
            (["id", "name", "x"].map(str::to_owned).as_slice(), Some(FormatName::Parquet))
        );
        assert!(Cli::try_parse_from(["kiln", "predict", "last"]).is_err());
    }
}
