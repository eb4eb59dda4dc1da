//! A search over any task.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiln_core::file::{is_file, make_below, write_durably};
use kiln_train::CheckpointConfig;
use kiln_validate::search::{Ending, SearchError, Study, StudyConfig, Trial};

use crate::error::{ExperimentError, RunError, TuneError};
use crate::interrupt::Interrupt;
use crate::observer::{Event, Observer};
use crate::trial::{StudyRun, TrialTraining, run_study};

/// The journal of a search.
const JOURNAL: &str = "study.jsonl";

/// How a search of one's own is carried out.
///
/// | field | default |
/// |---|---|
/// | `folder` | none: nothing is written |
/// | `monitor` | `loss` |
/// | `trials` | 50 |
/// | `workers` | 1 |
/// | `threads` | those of the current pool |
/// | `timeout` | none |
/// | `checkpoint` | as in every training |
/// | `interrupt` | never |
#[derive(Debug, Clone)]
pub struct SearchSettings {
    /// The folder of the search, with its journal and a folder for each trial. It is made when it does not exist. Trials
    /// that have ended in it are not run again, and those that were killed go on.
    pub folder: Option<PathBuf>,
    /// The validation metric that [`TrialTraining::train`] takes for the objective.
    pub monitor: String,
    /// Trials in all.
    pub trials: u64,
    /// Trials side by side, at most the lag of the study. It changes no result: a model for which it would, because it
    /// draws from Burn's generator as `burn::nn::Dropout` does, is refused.
    pub workers: usize,
    /// Threads that the workers share.
    pub threads: Option<usize>,
    /// No trial begins after this time, and those that run stop after their current step.
    pub timeout: Option<Duration>,
    /// When trials write checkpoints.
    pub checkpoint: CheckpointConfig,
    /// What asks the search to stop.
    pub interrupt: Interrupt,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            folder: None,
            monitor: "loss".to_owned(),
            trials: 50,
            workers: 1,
            threads: None,
            timeout: None,
            checkpoint: CheckpointConfig::default(),
            interrupt: Interrupt::default(),
        }
    }
}

/// Searches for the settings that do best: `trial` builds a model and a trainer from the values of a trial.
///
/// What a trial tries is a function of `study`, its number and the trials that it may see. So the table of trials is the
/// same for any number of workers. With a [folder](SearchSettings::folder), a search that was killed goes on to the same
/// table when the function is called again. A pruner of `study` ends trials early: [`TrialTraining::train`] reports the
/// validation metric after every epoch.
///
/// ```
/// use kiln_experiment::own::{SearchSettings, search};
/// use kiln_experiment::ExperimentError;
/// use kiln_validate::search::{Direction, Ending, Space, StudyConfig};
///
/// let space = Space::parse(["x=uniform(-5, 10)"])?;
/// let settings = SearchSettings { trials: 20, ..SearchSettings::default() };
/// let found = search(&StudyConfig::new(space, Direction::Minimise), &settings, &(), |trial| {
///     let x = trial.params().number("x").unwrap_or(f64::NAN);
///     Ok::<_, ExperimentError>(Ending::Done((x - 1.0).powi(2)))
/// })?;
/// assert_eq!(found.trials().len(), 20);
/// assert!(found.best().is_some());
/// # Ok::<(), ExperimentError>(())
/// ```
///
/// The example `tune_own_model` trains a module.
///
/// # Errors
/// Settings of the study that are out of their range; a folder that another process holds, or that holds another
/// search; the first error of `trial`.
pub fn search<E>(
    study: &StudyConfig,
    settings: &SearchSettings,
    observer: &dyn Observer,
    trial: impl Fn(&TrialTraining<'_>) -> Result<Ending, E> + Sync,
) -> Result<Study, E>
where
    E: From<ExperimentError> + Send,
{
    let mut trials = open(study, settings)?;
    let deadline = settings.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let place_of = |number: u64| Path::new("trials").join(format!("{number:04}"));
    let folder_of = |number: u64| settings.folder.as_ref().map(|folder| folder.join(place_of(number)));
    let how = StudyRun {
        trials: settings.trials,
        workers: settings.workers,
        threads: settings.threads.unwrap_or_else(rayon::current_num_threads),
        interrupt: &settings.interrupt,
        deadline,
    };
    let run = |run: &kiln_validate::search::TrialRun| {
        let folder = folder_of(run.number());
        if let (Some(folder), Some(whole)) = (&folder, &settings.folder) {
            // Not the folder of the search: where it is gone, somebody has deleted it.
            let made = make_below(whole, &place_of(run.number())).map_err(RunError::io("make", folder));
            made.map_err(ExperimentError::from)?;
        }
        trial(&TrialTraining {
            trial: run,
            monitor: &settings.monitor,
            folder: folder.as_deref(),
            checkpoint: &settings.checkpoint,
            interrupt: &settings.interrupt,
            deadline,
            side_by_side: settings.workers > 1,
        })
    };
    let ended = |trial: &Trial| {
        let folder = folder_of(trial.number);
        observer.hear(&Event::Trial {
            trial,
            monitor: &settings.monitor,
            trials: settings.trials,
            fold: None,
            run: folder.as_deref(),
        })
    };
    run_study(&mut trials, &how, run, ended)?;
    Ok(trials)
}

/// The study in the folder, which must be this one, or a new one.
fn open(config: &StudyConfig, settings: &SearchSettings) -> Result<Study, ExperimentError> {
    let Some(folder) = &settings.folder else { return Ok(Study::in_memory(config.clone())?) };
    let journal = folder.join(JOURNAL);
    if !is_file(&journal).map_err(RunError::io("look at", &journal))? {
        let header = Study::header(config)?;
        std::fs::create_dir_all(folder).map_err(RunError::io("make", folder))?;
        write_durably(&journal, &header).map_err(RunError::io("write", &journal))?;
    }
    let study = Study::open(&journal)?;
    if study.config() != config {
        return Err(TuneError::OtherStudy { folder: folder.clone() }.into());
    }
    if settings.workers > config.lag {
        let (workers, lag) = (settings.workers, config.lag);
        return Err(SearchError::Workers { workers, lag }.into());
    }
    Ok(study)
}
