//! How a cross-validation is carried out.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use kiln_config::Resolved;
use kiln_validate::cross::Parallel;
use kiln_validate::search::{Sampler, Tpe};

use crate::session::Session;
use crate::work::Team;

/// How folds are cut.
///
/// | field | default |
/// |---|---|
/// | `folds` | 5 |
/// | `stratified` | for classes, unless `data.stratify` is false |
/// | `group` | none |
/// | `time`, `leave_one_out`, `shuffle` | false |
/// | `repeats` | 1 |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    /// How many folds, at least 2.
    pub folds: usize,
    /// Whether each fold has the same share of every class. `None`: for classes.
    pub stratified: Option<bool>,
    /// Rows with the same value in this column stay together. It is no input of the model.
    pub group: Option<String>,
    /// The rows are in the order of time: each fold trains on the past and tests what comes next.
    pub time: bool,
    /// As many folds as rows.
    pub leave_one_out: bool,
    /// A random order before the folds are cut.
    pub shuffle: bool,
    /// How often, each time in another random order. At least 1.
    pub repeats: usize,
}

impl Default for Cuts {
    fn default() -> Self {
        Self {
            folds: 5,
            stratified: None,
            group: None,
            time: false,
            leave_one_out: false,
            shuffle: false,
            repeats: 1,
        }
    }
}

/// How a configuration is cross-validated.
///
/// | field | default |
/// |---|---|
/// | `cuts` | five folds |
/// | `jobs` | 1 |
/// | `keep_models` | false |
/// | `bag` | false |
/// | `only` | all folds |
/// | `dir` | a new folder of runs |
/// | `search` | none |
/// | `worker` | threads of this process |
/// | `team` | this process |
/// | `store` | the folder of the cross-validation |
/// | `lease` | 90 s |
#[derive(Debug, Clone)]
pub struct CvSettings {
    /// What all experiments share.
    pub session: Session,
    /// How folds are cut.
    pub cuts: Cuts,
    /// Folds at once. It changes no result.
    pub jobs: usize,
    /// Whether the model of each fold is kept.
    pub keep_models: bool,
    /// Whether the folds are a bag: cut of all but the test part, their models kept, and the mean of these judged on the test part. Rows in the
    /// order of time have none.
    pub bag: bool,
    /// Train this fold only, counted from 0: [`collect`](super::collect) joins them. Needs a `dir`.
    pub only: Option<usize>,
    /// The folder of the cross-validation. What is done in it is not done again.
    pub dir: Option<PathBuf>,
    /// A search of settings in each fold: nested cross-validation.
    pub search: Option<NestedSettings>,
    /// How the process of a job is started. Where it is `None`, and on a GPU, jobs are threads of this process.
    pub worker: Option<WorkerProgram>,
    /// Who trains the folds in the place of this process, which then leads; `jobs` and `worker` are passed over. Not with `only`.
    pub team: Option<Team>,
    /// Where the workers of a team keep who has which fold: `folder`, or `postgres://USER@HOST:PORT/DATABASE`.
    pub store: Option<String>,
    /// How long a worker may be silent before its fold is taken by another.
    pub lease: Option<Duration>,
}

impl Default for CvSettings {
    fn default() -> Self {
        Self {
            session: Session::default(),
            cuts: Cuts::default(),
            jobs: 1,
            keep_models: false,
            bag: false,
            only: None,
            dir: None,
            search: None,
            worker: None,
            team: None,
            store: None,
            lease: None,
        }
    }
}

/// A search of settings in each fold, on the fold's training items alone.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedSettings {
    /// What varies, as `key=space`: `optim.lr=log(1e-5,1e-1)`. Spaces of the section `[tune]` are searched as well.
    pub spaces: Vec<String>,
    /// How values are chosen. Default: TPE.
    pub sampler: Sampler,
    /// Trials of each fold. Default 50.
    pub trials: u64,
    /// Folds of the training items that judge a trial. 1: the validation part. Default 3.
    pub inner: usize,
}

impl Default for NestedSettings {
    fn default() -> Self {
        Self { spaces: Vec::new(), sampler: Sampler::Tpe(Tpe::default()), trials: 50, inner: 3 }
    }
}

/// What makes the command that starts a worker, from the folder and the number of threads.
type Start = dyn Fn(&Path, usize) -> io::Result<Command> + Send + Sync;

/// How the process of a job is started: a program that calls [`work`](super::work) with its standard input and output.
///
/// Folds in threads of one process wait for each other: burn-autodiff keeps the graphs of all threads behind one lock,
/// and two small models side by side take as long as one and a half times one after the other.
#[derive(Clone)]
pub struct WorkerProgram(Arc<Start>);

impl WorkerProgram {
    /// A worker that `command` starts: it is given the folder of the cross-validation and the threads of each fold.
    pub fn new(command: impl Fn(&Path, usize) -> io::Result<Command> + Send + Sync + 'static) -> Self {
        Self(Arc::new(command))
    }

    pub(super) fn command(&self, run: &Path, threads: usize) -> io::Result<Command> {
        (self.0)(run, threads)
    }
}

impl fmt::Debug for WorkerProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerProgram").finish_non_exhaustive()
    }
}

/// How many folds run at once, and on how many threads each.
pub(crate) fn parallel(resolved: &Resolved, jobs: usize) -> Parallel {
    match resolved.config.threads {
        Some(threads) => Parallel { jobs, threads },
        None => Parallel::new(jobs),
    }
}
