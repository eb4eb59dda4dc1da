//! How good a run's best weights are: on a part of its data, or on other data that have their targets.

mod decide;
mod settings;
mod several;

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use kiln_config::{Flags, Resolved};
use kiln_core::{ErrorKind, Explain};
use kiln_data::source::{catalog, read_labelled};
use kiln_data::{DataError, Fitted, Prepared, Rows};
use kiln_models::Network;

pub use settings::EvaluateSettings;

use crate::edited::must_be_as_trained;
use crate::error::{ExperimentError, JobError};
use crate::job::{Blueprint, Job, open_device};
pub use crate::measured::{ClassReport, Evaluation, Measured, Part, Said, ScoredItems};
use crate::measured::{Classified, Whole, places, scored};
use crate::observer::Observer;
use crate::run::{HOLDOUT, RunFolder, RunRecord, is_cross_validation, is_ensemble, refuse_fold};
use crate::session::Session;
use crate::stored::{RunWeights, best_weights, kept_decision, stored};

/// Scores the best weights of the run in `run`: on a part of its data, or where the flags of the session name other data, on all
/// of these. Chooses a temperature or a threshold on the validation part first, where that is asked for, and keeps it with the
/// run. Of a bag, an ensemble, and a cross-validation that keeps its models, the mean of the models is scored.
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
/// let found = evaluate(&trained.run, &EvaluateSettings::new(session), &())?;
/// assert_eq!(found.metrics.get("loss"), trained.record.test.get("loss"));
/// assert!(found.metrics.get("roc_auc_ovr") > Some(0.5));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A run without a whole checkpoint, data that have changed or have no targets, a part that is empty, a fold of a
/// cross-validation, the data of one that holds nothing out; with [`strict`](EvaluateSettings::strict) an unseen category.
pub fn evaluate(
    run: &Path,
    settings: &EvaluateSettings,
    observer: &dyn Observer,
) -> Result<Evaluation, ExperimentError> {
    Ok(evaluate_items(run, settings, observer)?.0)
}

/// As [`evaluate`], with what the weights say of each item.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_items(
    run: &Path,
    settings: &EvaluateSettings,
    observer: &dyn Observer,
) -> Result<(Evaluation, ScoredItems), ExperimentError> {
    refuse_fold(run)?;
    if is_cross_validation(run)? {
        return several::of_folds(run, settings, observer);
    }
    if is_ensemble(run)? {
        let (resolved, record) = (stored(run, &settings.session)?, RunRecord::read(run)?);
        let own = own_data(&resolved, &record, run, None, settings)?;
        let own = own.map(|job| (Arc::clone(&job.prepared.dataset), job.prepared.split.clone()));
        return several::of_ensemble(run, own, settings, observer);
    }
    let RunWeights { saved, fitted, mut passed_over } = best_weights(run, observer)?;
    decide::check(settings, &fitted)?;
    let resolved = stored(run, &settings.session)?;
    let as_trained = |resolved: &Resolved, sections: &[&str]| {
        must_be_as_trained(resolved, &saved.path, &saved.extra, sections)
    };
    as_trained(&resolved, &["model"])?;
    let record = RunRecord::read(run)?;
    let own = own_data(&resolved, &record, run, Some(&fitted), settings)?;
    let mut kept = kept_decision(run, &saved.weights, observer)?;
    if settings.chooses() {
        let place = Session {
            flags: Flags { data: None, ..settings.session.flags.clone() },
            ..settings.session.clone()
        };
        let home = stored(run, &place)?;
        let loaded = if own.is_none() { Some(own_job(&home, &record, run, Some(&fitted))?) } else { None };
        let job = loaded.as_ref().or(own.as_ref()).ok_or(JobError::EmptyPart { part: "validation" })?;
        as_trained(&job.resolved, &["data"])?;
        // With `data.refit` what the validation part was held out from.
        let held_out = match record.refit {
            Some(_) => {
                let mut found = best_weights(&run.join(HOLDOUT), observer)?;
                passed_over.append(&mut found.passed_over);
                (found.saved, found.fitted)
            }
            None => (saved.clone(), Arc::clone(&fitted)),
        };
        let validation = of_part(job.prepared.clone(), Part::Validation, &held_out.1)?;
        let judge = Judge::new(&job.resolved, &held_out.1, &record, job.device.clone(), &held_out.0.weights)?;
        let names = fitted.class_names().unwrap_or_default();
        let items = Classified::of(&judge.scores(validation)?, names.len());
        let chosen = decide::choose(settings, &items, names, &saved.weights, kept)?;
        let _lock = RunFolder::open(run)?;
        chosen.write(run)?;
        kept = Some(chosen).filter(|chosen| !chosen.is_empty());
    }
    let (of, rows, device) = match &own {
        Some(job) => {
            as_trained(&job.resolved, &["data"])?;
            let part = settings.part.unwrap_or_default();
            let mut prepared = job.prepared.clone();
            if record.refit.is_some() {
                prepared.split = job.both_parts();
            }
            (Measured::Part(part), of_part(prepared, part, &fitted)?, job.device.clone())
        }
        None => {
            let config = &resolved.config.data;
            let path = config.path.clone().unwrap_or_default();
            let labelled = read_labelled(&path, config, &fitted)?;
            let all = labelled.dataset.features.rows().map_err(DataError::from)?;
            let skipped = all - labelled.rows.len();
            let rows = Rows::new(Arc::new(labelled.dataset), labelled.rows, Arc::clone(&fitted));
            (Measured::File { path, skipped }, rows, open_device(&resolved)?)
        }
    };
    let unseen = fitted.unseen(&rows.dataset().features, Some(rows.numbers()));
    if settings.strict && !unseen.is_empty() {
        return Err(DataError::Unseen(unseen).into());
    }
    let mut judge = Judge::new(&resolved, &fitted, &record, device, &saved.weights)?;
    judge.blueprint.look_at(settings.views)?;
    let (dataset, places) = places(&rows);
    let scores = judge.scores(rows)?;
    let passed_over = passed_over.iter().map(ToString::to_string).collect();
    Whole { of, scores, dataset, rows: places, fitted, kept, unseen, passed_over }.evaluation()
}

/// A model that is asked what it says of items.
struct Judge {
    blueprint: Blueprint,
    model: Network,
    device: Device,
}

impl Judge {
    /// With the weights of a run, and the preprocessing that they were trained with, not what would be fitted now.
    fn new(
        resolved: &Resolved,
        fitted: &Arc<Fitted>,
        record: &RunRecord,
        device: Device,
        weights: &kiln_core::Weights,
    ) -> Result<Self, ExperimentError> {
        let counts = Some(record.class_counts.as_slice()).filter(|counts| !counts.is_empty());
        let blueprint = Blueprint::weighed(resolved, Arc::clone(fitted), counts)?;
        let device = device.inner();
        let model = weights.apply(blueprint.model(resolved, &device)?.valid())?;
        Ok(Self { blueprint, model, device })
    }

    fn scores(&self, rows: Rows) -> Result<kiln_train::Scores, ExperimentError> {
        scored(&self.blueprint, &self.model, rows, &self.device)
    }
}

/// The data of the run, where they are what is to be measured; `None` where it is something else.
fn own_data<'a>(
    resolved: &'a Resolved,
    record: &RunRecord,
    run: &Path,
    fitted: Option<&Arc<Fitted>>,
    settings: &EvaluateSettings,
) -> Result<Option<Job<'a>>, ExperimentError> {
    let Some(other) = settings.session.flags.data.as_ref() else {
        return own_job(resolved, record, run, fitted).map(Some);
    };
    let source = catalog().into_iter().find(|source| source.name == resolved.config.data.source);
    let is_bundled = source.is_some_and(|source| !source.settings.contains(&"data.path"));
    if is_bundled && settings.part.is_none() {
        // What is part of the program is nowhere else.
        return Ok(None);
    }
    match own_job(resolved, record, run, fitted) {
        // What is no data set to train on, or has no column to ignore, may be one to measure on.
        Err(error) if matches!(error.kind(), ErrorKind::Data | ErrorKind::Usage) => match settings.part {
            None => Ok(None),
            Some(_) if error.kind() == ErrorKind::Data => {
                Err(JobError::PartOfOther { data: other.clone() }.into())
            }
            Some(_) => Err(error),
        },
        own => own.map(Some),
    }
}

/// The data of the run. `fitted`: the preprocessing of its checkpoint, which is then not fitted anew; so what that was made of, such as the file of a
/// tokeniser, need not be there.
pub(crate) fn own_job<'a>(
    resolved: &'a Resolved,
    record: &RunRecord,
    run: &Path,
    fitted: Option<&Arc<Fitted>>,
) -> Result<Job<'a>, ExperimentError> {
    let job = match fitted {
        Some(fitted) => Job::loaded_with(resolved, fitted)?,
        None => Job::loaded(resolved)?,
    };
    record.must_be_of(&job.prepared.dataset, run)?;
    Ok(job)
}

/// The items of a part, encoded as the weights of the run were trained.
pub(crate) fn of_part(
    mut prepared: Prepared,
    part: Part,
    fitted: &Arc<Fitted>,
) -> Result<Rows, ExperimentError> {
    prepared.fitted = Arc::clone(fitted);
    let rows = match part {
        Part::Train => Some(prepared.train()),
        Part::Validation => prepared.validation(),
        Part::Calibration => prepared.calibration(),
        Part::Test => prepared.test(),
    };
    Ok(rows.ok_or(JobError::EmptyPart { part: part.name() })?)
}
