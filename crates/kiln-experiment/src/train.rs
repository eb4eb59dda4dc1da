//! `train`, `resume` and `dry_run`: of a data set, or of a corpus.

use std::path::Path;

use kiln_config::Resolved;

use crate::error::ExperimentError;
use crate::language;
use crate::observer::Observer;
use crate::run::refuse_fold;
use crate::session::Session;
use crate::stored::stored_with;
use crate::training::{self, Changes, DryRun, Trained};

/// Trains a configuration in a new folder below [`Session::runs_dir`].
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Session, train};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// assert!(trained.run.join("checkpoints/best").is_file());
/// assert_eq!(trained.record.stop.as_deref(), Some("finished"));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Whatever keeps the training from its end. A run that has begun says so in its `run.json`.
pub fn train(
    resolved: &Resolved,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    session.check_logs()?;
    session.check_ranks(resolved)?;
    match language::is_language(resolved) {
        true => language::train(resolved, session, observer),
        false => training::train(resolved, session, observer),
    }
}

/// Loads the data, or reads the corpus, builds the model and takes one step of the real loop, penalties and clipping included.
///
/// ```
/// use kiln_config::{Request, resolve};
///
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), ..Request::default() })?;
/// let tried = kiln_experiment::dry_run(&resolved, &())?;
/// assert!(tried.finite);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Whatever would keep the training from its first step.
pub fn dry_run(resolved: &Resolved, observer: &dyn Observer) -> Result<DryRun, ExperimentError> {
    match language::is_language(resolved) {
        true => language::dry_run(resolved, observer),
        false => training::dry_run(resolved, observer),
    }
}

/// Goes on with the run in `path` exactly where it stopped.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Session, resume, train};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// // A run that has ended gives its end back.
/// let again = resume(&trained.run, &session, &())?;
/// assert_eq!(again.record.weights_blake3, trained.record.weights_blake3);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A run that another process holds, data that have changed, a checkpoint that is damaged; and as [`train`].
pub fn resume(path: &Path, session: &Session, observer: &dyn Observer) -> Result<Trained, ExperimentError> {
    resume_with(path, &Changes::default(), session, observer)
}

/// As [`resume`], with changes: a run that has ended goes on with more epochs, steps or patience. Other changes of what
/// bits follow from must be allowed by name. From then on these are the settings of the run.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Changes, Session, resume_with, train};
///
/// let overrides = vec!["train.epochs=2".to_owned(), "schedule.kind=constant".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// let longer = resume_with(&trained.run, &Changes::new().set("train.epochs=5"), &session, &())?;
/// assert_eq!(longer.outcome.history.epochs.len(), 5);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// As [`resume`], and [`kiln_train::ResumeError::Changed`] for a change that is not allowed.
pub fn resume_with(
    path: &Path,
    changes: &Changes,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    session.check_logs()?;
    refuse_fold(path)?;
    let mut place = session.place();
    // The device was chosen when the run began, and stays.
    place.device = place.device.filter(|name| name != "auto");
    let resolved = stored_with(path, place, &changes.overrides)?;
    session.check_ranks(&resolved)?;
    match language::is_language(&resolved) {
        true => language::resume(&resolved, path, changes, session, observer),
        false => training::resume_with(path, &resolved, changes, session, observer),
    }
}
