//! `kiln eval`.

use clap::{Args, ValueEnum};
use kiln_experiment::run::find;
use kiln_experiment::{EvaluateSettings, Interrupt, Measured, Streamed, evaluate_items};
use kiln_terminal::{Output, tell};
use kiln_validate::calibration::ThresholdRule;

use super::{Accepts, Execute};
use crate::args::{Global, TestTime};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;

/// Measure a run's best weights on one part of its data, or on other data.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Eval {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The part of the data to measure on [default: test, or all of other data].
    #[arg(long, value_enum)]
    pub(crate) part: Option<Part>,
    /// Refuse categories that the model was not trained on.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Choose the temperature that makes the probabilities of the validation part honest, and keep it with the run.
    #[arg(long)]
    pub(crate) calibrate: bool,
    /// Choose the threshold between two classes on the validation part, and keep it with the run: f1, youden, a number, or
    /// cost=FP:FN, which makes FP x false alarms + FN x missed items of the second class the least.
    #[arg(long, value_name = "RULE")]
    pub(crate) threshold: Option<ThresholdRule>,
    /// Forget temperature and threshold that were chosen before.
    #[arg(long)]
    pub(crate) forget: bool,
    /// Show how often intervals, or sets of classes, of this level hold the truth, such as 0.9.
    #[arg(long, value_name = "LEVEL", conflicts_with = "tta")]
    pub(crate) interval: Option<f64>,
    /// Show that for each value of a column by itself [default: for each class].
    #[arg(long, value_name = "COLUMN", requires = "interval")]
    pub(crate) by: Option<String>,
    /// The run of a higher quantile: the interval lies between both, as for `kiln predict`.
    #[arg(long, value_name = "RUN", requires = "interval")]
    pub(crate) upper: Option<String>,
    #[command(flatten)]
    pub(crate) views: TestTime,
}

/// A part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The items that the weights were fitted to
    Train,
    /// The items that picked the best weights
    Validation,
    /// The items of data.calibration, which say how far predictions are off
    Calibration,
    /// The items that training did not look at
    Test,
}

impl From<Part> for kiln_experiment::Part {
    fn from(part: Part) -> Self {
        match part {
            Part::Train => Self::Train,
            Part::Validation => Self::Validation,
            Part::Calibration => Self::Calibration,
            Part::Test => Self::Test,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  kiln eval last
  kiln eval last --part validation --json
  kiln eval last --data new.csv         all rows of another file that has the targets
  kiln eval last --calibrate            honest probabilities, from now on
  kiln eval last --threshold cost=1:5   a missed item costs as much as five false alarms
  kiln eval last --interval 0.9 --by kind   how often intervals hold the truth, for each kind
  kiln eval last --tta flip,crop=2";

impl Execute for Eval {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let path = find(&self.run, &global.runs_dir())?;
        let mut session = session(global, Interrupt::default());
        let stream = session.flags.data.as_deref().map(Streamed::of).transpose()?.flatten();
        if let Some(stream) = &stream {
            session.flags.data = Some(stream.path().to_owned());
        }
        let mut settings = EvaluateSettings::new(session);
        settings.part = self.part.map(Into::into);
        settings.views = self.views.tta;
        settings.strict = self.strict;
        settings.calibrate = self.calibrate;
        settings.threshold = self.threshold;
        settings.forget = self.forget;
        let terminal = Terminal::new(global, out);
        let found = evaluate_items(&path, &settings, &terminal).map_err(CliError::from);
        let (found, items) = match &stream {
            None => found?,
            Some(stream) => {
                let (mut found, items) = found.map_err(|error| error.named(stream))?;
                if let Measured::File { path, .. } = &mut found.of {
                    *path = stream.name().to_owned();
                }
                (found, items)
            }
        };
        tell::evaluation::report(&found, self.views.tta, out)?;
        if let Some(level) = self.interval {
            let (by, session) = (self.by.as_deref(), &settings.session);
            let covered = match &self.upper {
                Some(upper) => {
                    let upper = find(upper, &global.runs_dir())?;
                    items.coverage_between([&path, &upper], level, by, session, &terminal)?
                }
                None => items.coverage(&path, level, by, session, &terminal)?,
            };
            tell::coverage::report(&covered, out)?;
        }
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn eval_measures_on_the_test_part_unless_told_otherwise() {
        let Command::Eval(eval) = parse("kiln eval last") else { panic!() };
        assert_eq!((eval.part, eval.threshold, eval.calibrate), (None, None, false));
        let Command::Eval(eval) = parse("kiln eval last --part validation --threshold cost=1:5") else {
            panic!()
        };
        assert_eq!(eval.part, Some(super::Part::Validation));
        assert_eq!(eval.threshold.unwrap().to_string(), "cost=1:5");
        for rule in ["best", "cost=1", "2"] {
            assert!(Cli::try_parse_from(["kiln", "eval", "last", "--threshold", rule]).is_err(), "{rule}");
        }
    }
}
