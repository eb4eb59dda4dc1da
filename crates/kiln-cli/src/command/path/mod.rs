//! `kiln path`: a model for every strength of a penalty, and the strength that held-out items pick.
//!
//! A linear model is solved, from the strength at which all coefficients are zero downwards. Any other model is trained,
//! from its dense weights through rising strengths until none of them is left.

mod chart;
mod error;
mod found;
mod judge;
mod penalty;
mod report;
mod solved;
mod table;
mod trained;
mod walk;

use kiln_core::Seed;
use kiln_data::{Dataset, Target};
use kiln_models::ModelConfig;
use kiln_train::Metrics;
use kiln_validate::split::{Items, KFold, Splitter, StratifiedKFold};

use super::configuration;
use super::cv::CvError;
use crate::args::{Global, PathArguments};
use crate::error::CliError;
use crate::output::Output;
use crate::signal::Signals;
pub(crate) use error::NoPath;

pub(super) fn run(arguments: &PathArguments, global: &Global, out: Output) -> Result<u8, CliError> {
    let resolved = configuration(&arguments.plan, global)?;
    if let Some(path) = &arguments.output {
        super::picture::check_svg(path)?;
    }
    let found = if matches!(resolved.config.model, ModelConfig::Linear(_)) && !arguments.by_steps {
        solved::run(&resolved, arguments, out)?
    } else {
        let signals = Signals::listen();
        match trained::run(&resolved, arguments, global, &signals, out)? {
            Some(found) => found,
            None => {
                out.say("stopped: there is no path");
                return Ok(signals.exit_code().unwrap_or(130));
            }
        }
    };
    // First what needs no file: a full disk takes no more than the pictures.
    if out.json { report::events(&found, out) } else { out.data(&report::text(&found)) }?;
    if let Some(path) = &arguments.output {
        for file in chart::draw(&found, path)? {
            out.say(&format!("written: {}", file.display()));
        }
    }
    Ok(0)
}

/// Training and test rows of each fold: of `rows`, which rise, at random, with the same share of each class.
fn folds(
    dataset: &Dataset,
    rows: &[usize],
    folds: usize,
    seed: Seed,
) -> Result<Vec<[Vec<usize>; 2]>, CliError> {
    let shuffle = Some(seed.at(folds as u64));
    let split = match &dataset.target {
        Target::Classes { labels, .. } => {
            let labels: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
            StratifiedKFold { folds, shuffle }.split(&Items::new(rows.len()).labels(&labels))?
        }
        Target::Values { .. } => KFold { folds, shuffle }.split(&Items::new(rows.len()))?,
    };
    let at = |places: &[usize]| places.iter().map(|place| rows[*place]).collect();
    Ok(split.iter().map(|fold| [at(fold.train()), at(fold.test())]).collect())
}

/// The metric that picks: the one wanted, or the log loss of classes and the squared error of numbers.
fn metric(known: &Metrics, wanted: Option<&str>) -> Result<String, CliError> {
    let usual = if known.get("log_loss").is_some() { "log_loss" } else { "mse" };
    let name = wanted.unwrap_or(usual);
    if known.get(name).is_some() {
        return Ok(name.to_owned());
    }
    let known = known.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
    Err(CvError::Metric { name: name.to_owned(), known }.into())
}
