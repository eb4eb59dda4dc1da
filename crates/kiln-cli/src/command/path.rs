//! `kiln path`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_experiment::Unfinished;
use kiln_experiment::path::{PathKind, PathReport, PathSettings, path};
use kiln_page::figure::{path_error, path_model};
use kiln_terminal::{Output, tell};

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Global};
use crate::configuration::{configuration, inputs, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::{picture, signal};

/// Fit a model for every strength of its penalty, and pick one by held-out items.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RegularisationPath {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// Strengths on the path [default: 100 for a linear model of numbers, 50 of classes, about 20 for one that is trained].
    #[arg(long, value_name = "N",
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=10_000))]
    pub(crate) lambdas: Option<usize>,
    /// The smallest strength, as a fraction of the one at which nothing is left [default: 1e-3, and further while less is better].
    #[arg(long, value_name = "X", value_parser = ratio)]
    pub(crate) ratio: Option<f64>,
    /// Share of L1 in the penalty: 1 is the lasso, less is an elastic net [default: as [[penalty]] says, or 1].
    #[arg(long, value_name = "X", value_parser = share)]
    pub(crate) l1_ratio: Option<f64>,
    /// Folds of the cross-validation [default: 5 for a linear model, the validation part for one that is trained].
    #[arg(long, value_name = "K",
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=100_000))]
    pub(crate) folds: Option<usize>,
    /// The metric that picks [default: log_loss for classes, mse for numbers].
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<String>,
    /// Train a linear model by steps, as other models, instead of solving it.
    #[arg(long)]
    pub(crate) by_steps: bool,
    /// Epochs at each strength of a model that is trained [default: a tenth of train.epochs].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) epochs: Option<u64>,
    /// How many folds run at once. The results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(crate) jobs: usize,
    /// An SVG file for the error; the coefficients, or what is left of the layers, go into a file beside it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

fn ratio(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|x| *x > 0.0 && *x < 1.0);
    number.ok_or_else(|| "not a number greater than 0 and less than 1".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|x| *x > 0.0 && *x <= 1.0);
    number.ok_or_else(|| "not a number greater than 0 and at most 1".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  kiln path diabetes model.kind=linear
  kiln path wine model.kind=linear --l1-ratio 0.5 -o path.svg
  kiln path breast-cancer model.kind=linear --metric accuracy --folds 10 --jobs 2
  kiln path data.source=csv data.target=price model.kind=linear --data houses.csv --json
  kiln path wine -o path.svg
  kiln path wine --folds 5 penalty.0.kind=group-lasso penalty.0.units=input penalty.0.strength=0

A linear model is solved from the strength at which all coefficients are zero (the gradient there says which) downwards: \
1/(2n)·Σ(y − xw − b)² for numbers, the mean cross-entropy for classes (one logit for two of them), plus \
λ·(α·Σ|w| + (1 − α)/2·Σw²), α the L1 ratio. An L2 penalty of the configuration stays. [optim], [schedule] and [train] \
play no part.

Any other model is trained without the penalty, then through rising strengths by proximal steps, each time from the weights \
before, until nothing is left, as in LassoNet (2021): from all zeros no gradient leads away. The penalty is the one \
L1, elastic net, group lasso or L2,1 of [[penalty]], whose strength λ is, or L1 on the weights; all else of the \
configuration stays, but there is no early stopping, and no warm-up after the first training.

The items are those not held out for the test. In each fold, columns are standardised by its own training items.";

impl Execute for RegularisationPath {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let resolved = configuration(&self.configuration, global)?;
        let inputs = inputs(&self.configuration, &resolved);
        if let Some(file) = &self.output {
            picture::check_svg(file, &inputs)?;
        }
        let settings = PathSettings {
            session: session(global, signal::listen()),
            lambdas: self.lambdas,
            ratio: self.ratio.unwrap_or(1e-3),
            go_on: self.ratio.is_none(),
            l1_ratio: self.l1_ratio,
            folds: self.folds,
            metric: self.metric.clone(),
            by_steps: self.by_steps,
            epochs: self.epochs,
            jobs: self.jobs,
        };
        let folder = Unfinished::new("path", &resolved, &settings.session);
        let terminal = Terminal::new(global, out);
        let Some(found) = path(&resolved, &settings, &folder.observing(&terminal))? else {
            out.say("stopped: there is no path");
            return Ok(settings.session.interrupt.exit_code().unwrap_or(130));
        };
        // First what needs no file: a full disk takes no more than the pictures.
        if out.json { tell::path::events(&found, out) } else { out.data(&tell::path::text(&found)) }?;
        let folder = found.save_as(folder, &settings.session)?;
        out.say(&format!("kept in {}: `kiln report last` shows it", folder.display()));
        if let Some(file) = &self.output {
            for file in draw(&found, file, &inputs)? {
                out.say(&format!("written: {}", file.display()));
            }
        }
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

/// Draws the error into `path`, and the coefficients or the layers beside it. `inputs` are not replaced.
fn draw(found: &PathReport, path: &Path, inputs: &[PathBuf]) -> Result<[PathBuf; 2], CliError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("path");
    let word = if matches!(found.kind, PathKind::Solved { .. }) { "coefficients" } else { "weights" };
    let beside = path.with_file_name(format!("{stem}-{word}.svg"));
    picture::write_svg(path, &path_error(found), inputs)?;
    picture::write_svg(&beside, &path_model(found), inputs)?;
    Ok([path.to_owned(), beside])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_checked() {
        for wrong in ["0", "-1", "1.1", "nan", "x"] {
            assert!(ratio(wrong).is_err() && share(wrong).is_err(), "{wrong}");
        }
        assert!(ratio("1").is_err() && share("1") == Ok(1.0));
    }
}
