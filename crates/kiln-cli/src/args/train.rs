//! Arguments of the commands that need a model.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use kiln_augment::Views;

/// A configuration with changes: what `train`, `config` and `data` start from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigArguments {
    /// A TOML file or the name of a recipe.
    #[arg(value_name = "CONFIG|RECIPE")]
    pub(crate) config: Option<String>,
    /// Changes to the configuration, such as train.epochs=5.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}

/// Arguments of `train`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Train {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// Solve a linear model down to a certificate instead of training it by steps: train.solver.
    #[arg(long, value_enum)]
    pub(crate) solver: Option<Solver>,
}

/// How a linear model is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Solver {
    /// Accelerated proximal gradient descent, for every loss and penalty that can be solved
    Fista,
    /// Coordinate descent, for the mean squared error
    Cd,
    /// L-BFGS, without an L1 term
    Lbfgs,
}

impl Solver {
    /// The value of `train.solver`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fista => "fista",
            Self::Cd => "cd",
            Self::Lbfgs => "lbfgs",
        }
    }
}

/// A run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Resume {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
}

/// Arguments of `eval`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Eval {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The part of the data to measure on.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) part: Part,
    #[command(flatten)]
    pub(crate) views: TestTime,
}

/// Augmentation at test time.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TestTime {
    /// Average the predictions over views of every image: flip, vertical-flip, crop=PIXELS, or several of them with commas.
    #[arg(long, value_name = "VIEWS")]
    pub(crate) tta: Option<Views>,
}

/// A part of the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The items that the weights were fitted to
    Train,
    /// The items that picked the best weights
    Validation,
    /// The items that training did not look at
    #[default]
    Test,
}

impl From<Part> for kiln_experiment::Part {
    fn from(part: Part) -> Self {
        match part {
            Part::Train => Self::Train,
            Part::Validation => Self::Validation,
            Part::Test => Self::Test,
        }
    }
}

/// Arguments of `predict`.
#[derive(Debug, Clone, Args)]
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

/// Arguments of `compare`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Compare {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// The devices. The first is the one that the others are compared with.
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', required = true)]
    pub(crate) devices: Vec<String>,
    /// Steps that are compared and timed.
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub(crate) steps: u64,
    /// The smallest difference of a loss or gradient that counts.
    #[arg(long, value_name = "X", default_value_t = 1e-3, value_parser = positive)]
    pub(crate) tolerance: f64,
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("not a number greater than 0".to_owned()),
    }
}

pub(super) const TRAIN_EXAMPLES: &str = "\
Examples:
  kiln train digits
  kiln train fashion-mnist --seed 1 --name baseline
  kiln train my.toml train.epochs=5 optim.lr=1e-3
  kiln train data.source=csv data.target=price --data houses.csv
  kiln train digits optim.kind=sgd optim.lr=0.1 optim.momentum=0.9
  kiln train digits penalty.0.kind=l2 penalty.0.strength=1e-4
  kiln train diabetes model.kind=linear penalty.0.kind=l1 penalty.0.strength=0.1 --solver cd
  kiln train digits --dry-run  the plan, the model and one batch; writes nothing
  kiln train digits --json     one JSON object a line on standard output";

pub(super) const RESUME_EXAMPLES: &str = "\
Examples:
  kiln resume last
  kiln resume runs/20260102-030405-digits-1a2b";

pub(super) const EVAL_EXAMPLES: &str = "\
Examples:
  kiln eval last
  kiln eval last --part validation --json
  kiln eval last --tta flip,crop=2";

pub(super) const PREDICT_EXAMPLES: &str = "\
Examples:
  kiln predict last new.csv
  kiln predict last new.csv -o out.csv --proba
  kiln predict last images/ -o out.jsonl
  kiln predict last images/ --tta flip
  kiln predict last new.csv --mc 50  how sure the model is, by dropout";

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  kiln compare digits --devices flex,ndarray
  kiln compare digits model.hidden=[64] --devices flex,wgpu:cpu --steps 20 --json";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  kiln verify last";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn train_takes_a_configuration_and_changes() {
        let line = "kiln train digits train.epochs=5 optim.lr=0.1 --solver cd";
        let Command::Train(super::Train { configuration, solver }) = parse(line) else { panic!() };
        assert_eq!(solver.map(super::Solver::name), Some("cd"));
        assert_eq!(configuration.config.as_deref(), Some("digits"));
        assert_eq!(configuration.overrides, ["train.epochs=5", "optim.lr=0.1"]);
    }

    #[test]
    fn compare_takes_devices_and_a_positive_tolerance() {
        let Command::Compare(compare) = parse("kiln compare digits seed=1 --devices flex,wgpu:cpu") else {
            panic!()
        };
        assert_eq!(compare.devices, ["flex", "wgpu:cpu"]);
        assert_eq!((compare.steps, compare.tolerance), (50, 1e-3));
        assert_eq!(compare.configuration.overrides, ["seed=1"]);
        assert!(Cli::try_parse_from(["kiln", "compare", "digits"]).is_err());
        for bad in ["0", "nan", "-1", "inf", "x"] {
            let arguments = ["kiln", "compare", "digits", "--devices", "flex", "--tolerance", bad];
            assert!(Cli::try_parse_from(arguments).is_err(), "{bad}");
        }
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

    #[test]
    fn eval_measures_on_the_test_part_unless_told_otherwise() {
        let Command::Eval(eval) = parse("kiln eval last") else { panic!() };
        assert_eq!(eval.part, super::Part::Test);
        let Command::Eval(eval) = parse("kiln eval last --part validation") else { panic!() };
        assert_eq!(eval.part, super::Part::Validation);
    }
}
