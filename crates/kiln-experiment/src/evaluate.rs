//! How good a run's best weights are on one part of its data.

use std::path::Path;

use burn::module::Module;
use kiln_augment::Views;
use kiln_core::Metrics;
use kiln_data::Source;

use crate::edited::must_be_as_trained;
use crate::error::{ExperimentError, JobError};
use crate::job::Job;
use crate::observer::Observer;
use crate::run::{RunRecord, refuse_fold};
use crate::session::Session;
use crate::stored::{best_weights, stored};

/// A part of the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// The items that the weights were fitted to: with `data.refit` those of the validation part, too.
    Train,
    /// The items that picked the best weights. With `data.refit` there are none.
    Validation,
    /// The items that training did not look at.
    #[default]
    Test,
}

impl Part {
    /// What the part is called: `train`, `validation` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// How a run is evaluated. Default: on its test part, without views.
#[derive(Debug, Clone, Default)]
pub struct EvaluateSettings {
    /// What all experiments share.
    pub session: Session,
    /// The part of the data.
    pub part: Part,
    /// Predictions are averaged over these views of every image.
    pub views: Option<Views>,
}

/// How good the best weights of a run are.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Items of the part.
    pub items: usize,
    /// Their metrics.
    pub metrics: Metrics,
    /// The classes, if the target is classes.
    pub classes: Option<Vec<String>>,
    /// Counts of the items, actual by predicted. `None` for numbers.
    pub confusion: Option<Vec<Vec<u64>>>,
}

/// Scores the best weights of the run in `run` on one part of its data.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{EvaluateSettings, Session, evaluate, train};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// let found = evaluate(&trained.run, &EvaluateSettings { session, ..EvaluateSettings::default() }, &())?;
/// assert_eq!(found.metrics, trained.record.test);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A run without a whole checkpoint, data that have changed, a part that is empty, a fold of a cross-validation.
pub fn evaluate(
    run: &Path,
    settings: &EvaluateSettings,
    observer: &dyn Observer,
) -> Result<Evaluation, ExperimentError> {
    refuse_fold(run)?;
    let (saved, fitted) = best_weights(run, observer)?;
    let resolved = stored(run, &settings.session)?;
    let job = Job::load(&resolved)?;
    must_be_as_trained(&job.resolved, &saved.path, &saved.extra, &["model", "data"])?;
    let record = RunRecord::read(run)?;
    record.must_be_of(&job.prepared.dataset, run)?;
    // What the weights were trained with, not what would be fitted now.
    let mut job = job.with_fitted(fitted);
    if record.refit.is_some() {
        job.prepared.split = job.both_parts();
    }
    job.blueprint.look_at(settings.views)?;
    let model = saved.weights.apply(job.model()?.valid())?;
    let rows = match settings.part {
        Part::Train => Some(job.prepared.train()),
        Part::Validation => job.prepared.validation(),
        Part::Test => job.prepared.test(),
    };
    let rows = rows.ok_or(JobError::EmptyPart { part: settings.part.name() })?;
    let items = Source::len(&rows);
    let scores = job.scores(&model, rows)?;
    Ok(Evaluation {
        items,
        metrics: scores.metrics(),
        classes: job.blueprint.fitted.class_names().map(<[String]>::to_vec),
        confusion: scores.confusion().map(|matrix| matrix.rows().map(<[u64]>::to_vec).collect()),
    })
}
