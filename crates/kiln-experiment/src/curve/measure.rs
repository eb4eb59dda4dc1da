//! One training of a curve, and its scores.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::{Direction, ErrorKind, Explain, Metrics};
use kiln_train::Stop;
use kiln_validate::curve::CurvePoint;
use kiln_validate::split::Fold;
use serde::{Deserialize, Serialize};

use crate::cv::Folds;
use crate::error::{CvError, ExperimentError, JobError};
use crate::interrupt::Interrupt;
use crate::job::Job;
use crate::left_out::tell_left_out;
use crate::observer::{CurveProgress, Event, Observer, tell};

/// What one fold gave at one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measured {
    /// Metrics of the training items.
    pub train: Metrics,
    /// Metrics of the fold's test items.
    pub test: Metrics,
    /// Seconds of training.
    pub seconds: f64,
    /// Why there are no metrics: the training diverged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Trains and scores.
pub(super) struct Measure<'a> {
    pub(super) folds: &'a Folds,
    pub(super) device: Device,
    pub(super) interrupt: &'a Interrupt,
    pub(super) observer: &'a dyn Observer,
}

impl Measure<'_> {
    /// Checks a configuration against the first fold, and gives the metric to draw: the one wanted, or the first that
    /// is not the loss. And in which direction it gets better.
    pub(super) fn metric(
        &self,
        resolved: &Resolved,
        wanted: Option<&str>,
    ) -> Result<(String, Direction), ExperimentError> {
        let job = self.folds.job_of(resolved, &self.device, &self.folds.list()[0], 0)?;
        job.check()?;
        let first = job.prepared.split.test.first().copied().into_iter().collect();
        let found = job.scores(&job.model()?.train().valid(), job.rows(first))?.metrics();
        let name = wanted.or(found.headline().map(|(name, _)| name)).unwrap_or("loss");
        if found.get(name).is_none() {
            let known = found.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            return Err(CvError::Metric { name: name.to_owned(), known }.into());
        }
        Ok((name.to_owned(), found.directed(name)?))
    }

    /// Trains on a fold, or a part of it, as a cross-validation trains on the fold; `None` when it was asked to stop.
    /// `label`: the label of the point, from the number of training items.
    pub(super) fn one(
        &self,
        resolved: &Resolved,
        number: usize,
        fold: &Fold,
        metric: &str,
        label: impl Fn(usize) -> String,
    ) -> Result<Option<Measured>, ExperimentError> {
        if self.interrupt.is_set() {
            return Ok(None);
        }
        let resolved = resolved.with_seed(self.folds.seed(resolved, number));
        let job = self.folds.job_of(&resolved, &self.device, fold, number)?;
        tell_left_out(&job.prepared.fitted, Some(number), self.observer)?;
        let label = label(fold.train().len());
        let say = |result| {
            let folds = self.folds.list().len();
            let progress = CurveProgress { label: &label, fold: number, folds, metric, result };
            tell(self.observer, &Event::CurvePoint(&progress))
        };
        let trainer = |job: &Job<'_>| Ok(job.trainer().stop_flag(Arc::clone(&self.interrupt.flag)));
        let trainings = match job.fit_all(false, trainer) {
            Ok(trainings) => trainings,
            Err(error) if error.kind() == ErrorKind::Diverged => {
                let text = error.to_string();
                say(Err(text.as_str()))?;
                let (train, test) = (Metrics::new(), Metrics::new());
                return Ok(Some(Measured { train, test, seconds: 0.0, error: Some(text) }));
            }
            Err(error) => return Err(error),
        };
        let (outcome, first) = (&trainings.fitting.outcome, trainings.judged());
        if outcome.stop == Stop::Interrupted {
            return Ok(None);
        }
        let seconds_before = if trainings.refit.is_some() { first.seconds } else { 0.0 };
        let seconds = seconds_before + outcome.seconds;
        let (job, _) = trainings.calibrated(&job)?;
        let test = job.prepared.test().ok_or(JobError::EmptyPart { part: "test" })?;
        let (train, test) =
            (job.scores(&outcome.model, job.prepared.train())?, job.scores(&outcome.model, test)?);
        let (train, test) = (train.metrics(), test.metrics());
        say(Ok((test.get(metric).unwrap_or(f64::NAN), seconds)))?;
        Ok(Some(Measured { train, test, seconds, error: None }))
    }
}

/// The points, unless a training was stopped from outside.
pub(super) fn finished(points: Vec<CurvePoint<Option<Measured>>>) -> Option<Vec<CurvePoint<Measured>>> {
    let whole = |CurvePoint { train, test, results }: CurvePoint<Option<Measured>>| {
        Some(CurvePoint { train, test, results: results.into_iter().collect::<Option<_>>()? })
    };
    points.into_iter().map(whole).collect()
}
