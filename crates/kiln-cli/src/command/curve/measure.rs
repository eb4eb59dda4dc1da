//! One training of a curve, and its scores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;
use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::{ErrorKind, Explain};
use kiln_data::Rows;
use kiln_report::{Metrics, human};
use kiln_train::Stop;
use kiln_validate::split::Fold;
use serde::Serialize;

use crate::command::cv::{CvError, Folds};
use crate::error::CliError;
use crate::output::Output;

/// What one fold gave at one point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Measured {
    /// Metrics of the training items.
    pub(super) train: Metrics,
    /// Metrics of the fold's test items.
    pub(super) test: Metrics,
    pub(super) seconds: f64,
    /// Why there are none: the training diverged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// Trains and scores.
#[derive(Debug)]
pub(super) struct Measure<'a> {
    pub(super) folds: &'a Folds,
    pub(super) device: Device,
    pub(super) stop: Arc<AtomicBool>,
    /// Whether a line is said for each training.
    pub(super) lines: bool,
    pub(super) out: Output,
}

impl Measure<'_> {
    /// Checks a configuration against the first fold, and gives the metric to draw: the one wanted, or the first that
    /// is not the loss.
    pub(super) fn metric(&self, resolved: &Resolved, wanted: Option<&str>) -> Result<String, CliError> {
        let job = self.folds.job_of(resolved, &self.device, &self.folds.list()[0], 0)?;
        job.check()?;
        let first = job.prepared.split.test.first().copied().into_iter().collect();
        let one = Rows::new(Arc::clone(&job.prepared.dataset), first, Arc::clone(&job.prepared.fitted));
        let found = job.scores(&job.model()?.train().valid(), one)?.metrics();
        match wanted {
            None => Ok(found.headline().map_or("loss", |(name, _)| name).to_owned()),
            Some(name) if found.get(name).is_some() => Ok(name.to_owned()),
            Some(name) => {
                let known = found.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
                Err(CvError::Metric { name: name.to_owned(), known }.into())
            }
        }
    }

    /// Trains on a fold, or a part of it, as `kiln cv` trains on the fold; `None` when it was asked to stop. `label`: what
    /// is said of the point, from the number of training items.
    pub(super) fn one(
        &self,
        resolved: &Resolved,
        number: usize,
        fold: &Fold,
        metric: &str,
        label: impl Fn(usize) -> String,
    ) -> Result<Option<Measured>, CliError> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let resolved = resolved.with_seed(self.folds.seed(resolved, number));
        let job = self.folds.job_of(&resolved, &self.device, fold, number)?;
        let place =
            format!("{}, fold {} of {}", label(fold.train().len()), number + 1, self.folds.list().len());
        let outcome = match job.fit(job.trainer().stop_flag(Arc::clone(&self.stop)), false) {
            Ok(trained) => trained.outcome,
            Err(error) if error.kind() == ErrorKind::Diverged => {
                self.say(&format!("{place}: {error}"));
                let (train, test, error) = (Metrics::new(), Metrics::new(), Some(error.to_string()));
                return Ok(Some(Measured { train, test, seconds: 0.0, error }));
            }
            Err(error) => return Err(error),
        };
        if outcome.stop == Stop::Interrupted {
            return Ok(None);
        }
        let test = job.prepared.test().ok_or(CliError::EmptyPart { part: "test" })?;
        let (train, test) =
            (job.scores(&outcome.model, job.prepared.train())?, job.scores(&outcome.model, test)?);
        let (train, test) = (train.metrics(), test.metrics());
        let score = human::metric(test.get(metric).unwrap_or(f64::NAN));
        self.say(&format!("{place}: {metric} {score}, {}", human::seconds(outcome.seconds)));
        Ok(Some(Measured { train, test, seconds: outcome.seconds, error: None }))
    }

    fn say(&self, line: &str) {
        if self.lines {
            self.out.say(line);
        }
    }
}
