//! `tune` and its resume.

use std::path::Path;
use std::time::Instant;

use kiln_config::{Resolved, annotated};
use kiln_core::Direction;
use kiln_core::file::write_durably;
use kiln_validate::search::{Sampler, SearchError, Study, StudyConfig, Trial, TrialRun};

use super::folder::{Folder, TuneRecord};
use super::report::TuneReport;
use super::settings::{TRIALS, TuneSettings};
use super::trial::Trials;
use crate::auto_device::settled;
use crate::error::{ExperimentError, RunError, TuneError};
use crate::job::{Job, SharedData};
use crate::observer::{Event, Observer, tell, tell_understood};
use crate::spaces::collect_spaces;
use crate::start::NewStart;
use crate::trial::{StudyRun, run_study};
use crate::warm_start::pinned;

/// Searches for the settings of a configuration that do best on its validation part, in a new folder below
/// [`Session::runs_dir`](crate::Session::runs_dir). The test part is never looked at.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::Session;
/// use kiln_experiment::tune::{TuneSettings, tune};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let settings = TuneSettings {
///     session: Session { runs_dir: runs.path().to_owned(), ..Session::default() },
///     spaces: vec!["optim.lr=log(1e-3,1e-1)".to_owned()],
///     trials: Some(3),
///     ..TuneSettings::default()
/// };
/// let found = tune(&resolved, &settings, &())?;
/// assert!(found.finished && found.study.best().is_some());
/// assert!(found.best_config.is_some_and(|path| path.ends_with("best.toml")));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Spaces that cannot be read, a configuration without a validation part, and failures that are not a trial's own: the disk,
/// the data. Trials that have ended are kept: [`resume_tune`] goes on.
pub fn tune(
    resolved: &Resolved,
    settings: &TuneSettings,
    observer: &dyn Observer,
) -> Result<TuneReport, ExperimentError> {
    let deadline = deadline(settings);
    let data = SharedData::default();
    let resolved = &*settled(resolved, observer)?;
    let (folder, study) = begin(resolved, settings, &data, observer)?;
    search(study, &folder, settings, data, deadline, observer)
}

/// Goes on with the search in `path`. Its spaces, sampler, pruner and lag are those that it was begun with.
///
/// # Errors
/// A folder that another process holds or that is damaged; and as [`tune`].
pub fn resume_tune(
    path: &Path,
    settings: &TuneSettings,
    observer: &dyn Observer,
) -> Result<TuneReport, ExperimentError> {
    let deadline = deadline(settings);
    let (folder, study) = Folder::open(path, settings.trials, &settings.session)?;
    tell(observer, &Event::SearchGoesOn { folder: &folder.path, trials: study.trials().len() })?;
    search(study, &folder, settings, SharedData::default(), deadline, observer)
}

fn deadline(settings: &TuneSettings) -> Option<Instant> {
    settings.timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// Checks everything that can be checked before a trial, and makes the study.
fn begin(
    resolved: &Resolved,
    settings: &TuneSettings,
    data: &SharedData,
    observer: &dyn Observer,
) -> Result<(Folder, Study), ExperimentError> {
    let pinned = pinned(resolved)?;
    let resolved = &*pinned;
    let start = NewStart::of_search(resolved);
    let record = TuneRecord {
        v: 1,
        label: resolved.label.clone(),
        monitor: resolved.config.train.monitor.clone(),
        trials: settings.trials.unwrap_or(TRIALS),
        start: start.start.clone(),
        arguments: settings.session.arguments.clone(),
    };
    let space = collect_spaces(resolved, &settings.spaces)?;
    for probe in space.probes() {
        start.resolve(&probe)?.check()?;
    }
    let mut config = StudyConfig {
        seed: resolved.config.seed,
        sampler: settings.sampler.clone(),
        pruner: settings.pruner.clone(),
        lag: settings.lag,
        ..StudyConfig::new(space, Direction::Minimise)
    };
    if settings.workers > config.lag {
        return Err(SearchError::Workers { workers: settings.workers, lag: config.lag }.into());
    }
    Study::in_memory(config.clone())?;
    tell(observer, &Event::ReadingData { name: &record.label })?;
    let job = Job::load_shared(resolved, data)?;
    tell_understood(observer, &job.prepared.dataset)?;
    if job.prepared.split.validation.is_empty() {
        return Err(TuneError::NoValidation.into());
    }
    job.check()?;
    config.direction = job.objective()?;
    job.tell_of_start(observer)?;
    for warning in job.warnings() {
        tell(observer, &Event::Warning(&warning))?;
    }
    Folder::create(record, &start, &config, &settings.session)
}

/// Runs the trials that are missing, each worker in a pool of its own, and writes down the best.
fn search(
    mut study: Study,
    folder: &Folder,
    settings: &TuneSettings,
    data: SharedData,
    deadline: Option<Instant>,
    observer: &dyn Observer,
) -> Result<TuneReport, ExperimentError> {
    let session = &settings.session;
    let how = StudyRun {
        trials: folder.record.trials,
        workers: settings.workers,
        threads: session.flags.threads.unwrap_or_else(rayon::current_num_threads),
        interrupt: &session.interrupt,
        deadline,
    };
    let trials =
        Trials { folder, arguments: &session.arguments, interrupt: &session.interrupt, deadline, data };
    let ended = |trial: &Trial| {
        let run = folder.run(trial.number);
        let (monitor, trials) = (folder.record.monitor.as_str(), folder.record.trials);
        observer.hear(&Event::Trial { trial, monitor, trials, fold: None, run: Some(&run) })
    };
    run_study(&mut study, &how, |trial: &TrialRun| trials.run(trial), ended)?;

    let finished = match &study.config().sampler {
        // A grid has an end of its own.
        Sampler::Grid { .. } => {
            !session.interrupt.is_set() && deadline.is_none_or(|deadline| Instant::now() < deadline)
        }
        _ => study.trials().len() as u64 >= folder.record.trials,
    };
    let mut best_config = None;
    if let Some(best) = study.best() {
        let resolved = folder.resolve(&best.params)?;
        let path = folder.best();
        write_durably(&path, annotated(&resolved).as_bytes()).map_err(RunError::io("write", &path))?;
        best_config = Some(path);
    }
    let (monitor, folder) = (folder.record.monitor.clone(), folder.path.clone());
    Ok(TuneReport { folder, monitor, study, finished, best_config })
}
