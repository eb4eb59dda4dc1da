//! `kiln curve learning` and `kiln curve validation`.

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};
use kiln_experiment::Unfinished;
use kiln_experiment::curve::{
    LearningCurveSettings, ValidationCurveSettings, learning_curve, validation_curve,
};
use kiln_terminal::{Output, tell};
use kiln_validate::split::Size;

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Cuts, Global};
use crate::configuration::{configuration, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::signal;

/// Draw how training and test scores change with the number of items, or with one setting.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Curve {
    #[command(subcommand)]
    action: CurveCommand,
}

/// What is on the x axis.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CurveCommand {
    /// Scores by the number of training items: whether more items would help.
    #[command(after_help = LEARNING_EXAMPLES)]
    Learning(LearningCurve),
    /// Scores by the value of one setting: where a model learns too little, and where too much.
    #[command(after_help = VALIDATION_EXAMPLES)]
    Validation(ValidationCurve),
}

/// Arguments of `curve learning`.
#[derive(Debug, Clone, Args)]
pub(crate) struct LearningCurve {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// How many of a fold's training items: shares with a decimal point, or whole numbers of items.
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', value_parser = size,
          default_value = "0.1,0.325,0.55,0.775,1.0")]
    pub(crate) sizes: Vec<Size>,
    /// The metric that is drawn [default: accuracy for classes, the first after the loss for numbers].
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<String>,
    #[command(flatten)]
    pub(crate) cuts: Cuts,
}

/// Arguments of `curve validation`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ValidationCurve {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// The setting and its values: 'optim.lr=log(1e-4,1)' or 'model.hidden=choice([8],[64])', as `kiln tune` takes them.
    #[arg(long, value_name = "KEY=SPACE", required = true)]
    pub(crate) vary: String,
    /// Values of a space without an end.
    #[arg(long, value_name = "N", default_value_t = 5,
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=1000))]
    pub(crate) points: usize,
    /// The metric that is drawn [default: accuracy for classes, the first after the loss for numbers].
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<String>,
    #[command(flatten)]
    pub(crate) cuts: Cuts,
}

fn size(text: &str) -> Result<Size, String> {
    let wrong = || "neither a share such as 0.5 or 1.0 nor a number of items such as 100".to_owned();
    if text.contains(['.', 'e', 'E']) {
        let share = text.parse::<f64>().ok().filter(|share| *share > 0.0 && *share <= 1.0);
        return share.map(Size::Share).ok_or_else(wrong);
    }
    text.parse::<usize>().ok().filter(|count| *count > 0).map(Size::Count).ok_or_else(wrong)
}

const EXAMPLES: &str = "\
Examples:
  kiln curve learning digits --folds 5
  kiln curve validation iris --vary optim.lr=log(1e-4,1)";

const LEARNING_EXAMPLES: &str = "\
Examples:
  kiln curve learning digits
  kiln curve learning iris --sizes 0.1,0.25,0.5,1.0 --shuffle --jobs 2
  kiln curve learning my.toml --sizes 100,1000,10000 --metric log_loss --json

The folds are those of `kiln cv`, and so are the scores at 1.0. The items of a point are among those of the next, with
about the same share of every class. The inner validation part is taken out of them.";

const VALIDATION_EXAMPLES: &str = "\
Examples:
  kiln curve validation iris --vary optim.lr=log(1e-4,1) --points 9
  kiln curve validation wine --vary model.hidden=choice([4],[16],[64])
  kiln curve validation my.toml --vary penalty.0.strength=log(1e-6,1e-1) penalty.0.kind=l2

Put spaces in quotes: the parentheses are the shell's. The test scores along the curve are honest, that of its best
point is not: it was picked by the items that judge. `kiln cv --tune` measures what a search is worth.";

impl Execute for Curve {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(&self.action, global, out)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

fn run(command: &CurveCommand, global: &Global, out: Output) -> Result<u8, CliError> {
    let terminal = Terminal::new(global, out);
    let (session, folder, curve) = match command {
        CurveCommand::Learning(arguments) => {
            let resolved = configuration(&arguments.configuration, global)?;
            let session = session(global, signal::listen());
            let settings = LearningCurveSettings {
                session: session.clone(),
                cuts: arguments.cuts.settings(),
                jobs: arguments.cuts.jobs,
                sizes: arguments.sizes.clone(),
                metric: arguments.metric.clone(),
            };
            let folder = Unfinished::new("learning-curve", &resolved, &session);
            let curve = learning_curve(&resolved, &settings, &folder.observing(&terminal))?;
            (session, folder, curve)
        }
        CurveCommand::Validation(arguments) => {
            let resolved = configuration(&arguments.configuration, global)?;
            let session = session(global, signal::listen());
            let settings = ValidationCurveSettings {
                session: session.clone(),
                cuts: arguments.cuts.settings(),
                jobs: arguments.cuts.jobs,
                vary: arguments.vary.clone(),
                points: arguments.points,
                metric: arguments.metric.clone(),
            };
            let folder = Unfinished::new("validation-curve", &resolved, &session);
            let curve = validation_curve(&resolved, &settings, &folder.observing(&terminal))?;
            (session, folder, curve)
        }
    };
    // Asked to stop: there is no curve.
    let Some(curve) = curve else { return Ok(session.interrupt.exit_code().unwrap_or(130)) };
    let picture = kiln_page::figure::curve(&curve).to_svg();
    let folder = curve.save_as(folder, &session, &[("curve.svg", picture.as_bytes())])?;
    tell::curve::whole(&curve, &folder, out)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_point_makes_a_share() {
        assert_eq!(
            (size("1.0"), size("1"), size("1e-1")),
            (Ok(Size::Share(1.0)), Ok(Size::Count(1)), Ok(Size::Share(0.1)))
        );
        for wrong in ["0", "0.0", "1.5", "-1", "-0.5", "nan", "x", ""] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
