//! `tune` and its resume.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kiln_config::Resolved;
use kiln_core::{Direction, ErrorKind, Explain};
use kiln_validate::search::{SearchError, Study, StudyConfig, Trial, TrialRun};
use kiln_work::Place;

use super::conclude::conclude;
use super::folder::{Folder, TuneRecord};
use super::report::TuneReport;
use super::settings::{TRIALS, TuneSettings};
use super::shared::Shared;
use super::trial::Trials;
use crate::auto_device::settled;
use crate::error::{ExperimentError, TuneError};
use crate::job::{Job, SharedData};
use crate::observer::{Event, Observer, tell, tell_understood};
use crate::spaces::collect_spaces;
use crate::start::NewStart;
use crate::trial::{StudyRun, run_study};
use crate::warm_start::pinned;
use crate::work::{check, place_of};

/// How long a study that is shared is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let (folder, study) = open(path, settings)?;
    tell(observer, &Event::SearchGoesOn { folder: &folder.path, trials: study.trials().len() })?;
    search(study, &folder, settings, SharedData::default(), deadline, observer)
}

/// Takes hold of a study. One that is shared may be in the hands of a worker that has seen the end, for a moment.
fn open(path: &Path, settings: &TuneSettings) -> Result<(Folder, Study), ExperimentError> {
    let patience = if Place::read(path)?.is_some() { PATIENCE } else { Duration::ZERO };
    let began = Instant::now();
    loop {
        match Folder::open(path, settings.trials, &settings.session) {
            Err(error) if error.kind() == ErrorKind::Busy && began.elapsed() < patience => {
                thread::sleep(Duration::from_millis(20));
            }
            opened => return opened,
        }
    }
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
    check(settings.team.as_ref(), settings.store.as_deref(), settings.lease)?;
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

/// Runs the trials that are missing, in this process or by others, and writes down the best.
fn search(
    mut study: Study,
    folder: &Folder,
    settings: &TuneSettings,
    data: SharedData,
    deadline: Option<Instant>,
    observer: &dyn Observer,
) -> Result<TuneReport, ExperimentError> {
    let session = &settings.session;
    let threads = session.flags.threads.unwrap_or_else(rayon::current_num_threads);
    let (store, lease) = (settings.store.as_deref(), settings.lease);
    let place = place_of(&folder.path, settings.team.as_ref(), store, lease)?;
    match (&place, &settings.team) {
        (None, _) => alone(&mut study, folder, settings, data, deadline, observer)?,
        (Some(place), team) => {
            let shared = Shared { folder, place, session, deadline, observer };
            match team {
                Some(team) => shared.team(&mut study, team)?,
                None => shared.member(&mut study, threads, true, data).map(|_| ())?,
            }
        }
    }
    // A grid has an end of its own.
    let finished = study.open_trials(folder.record.trials).is_empty();
    conclude(study, folder, finished)
}

/// Runs the trials that are missing in this process, each worker in a pool of its own.
fn alone(
    study: &mut Study,
    folder: &Folder,
    settings: &TuneSettings,
    data: SharedData,
    deadline: Option<Instant>,
    observer: &dyn Observer,
) -> Result<(), ExperimentError> {
    let session = &settings.session;
    let how = StudyRun {
        trials: folder.record.trials,
        workers: settings.workers,
        threads: session.flags.threads.unwrap_or_else(rayon::current_num_threads),
        interrupt: &session.interrupt,
        deadline,
    };
    let trials = Trials { folder, arguments: &session.arguments, deadline, data };
    let ended = |trial: &Trial| {
        let run = folder.run(trial.number);
        let (monitor, trials) = (folder.record.monitor.as_str(), folder.record.trials);
        observer.hear(&Event::Trial { trial, monitor, trials, fold: None, run: Some(&run) })
    };
    run_study(study, &how, |trial: &TrialRun| trials.run(trial, &session.interrupt), ended)
}
