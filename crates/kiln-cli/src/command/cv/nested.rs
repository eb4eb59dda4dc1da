//! The search of settings within a fold, which sees the fold's training items only.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::Device;
use kiln_config::{Flags, Resolved};
use kiln_core::file::write_durably;
use kiln_core::{ErrorKind, Explain, Purpose, Seed};
use kiln_train::{Stop, larger_is_better};
use kiln_validate::search::{
    Assignment, Direction, Ending, Plan, RunError as SearchFailed, Sampler, Space, State, Study as Trials,
    StudyConfig, Trial,
};
use kiln_validate::split::Fold;
use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};

use super::CvError;
use super::data::Folds;
use super::optimism::trial_line;
use crate::args::{CvRun, Global};
use crate::command::start::{Start, words};
use crate::command::tune::{self, TuneError};
use crate::error::CliError;
use crate::output::{Output, fields};
use crate::run_dir::RunError;

/// The journal of a fold's search.
const JOURNAL: &str = "study.jsonl";

/// How the settings of each fold are searched for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::command) struct Nested {
    pub(super) space: Space,
    pub(super) sampler: Sampler,
    /// Trials of each fold.
    pub(super) trials: u64,
    /// Folds that judge a trial; 1: the validation part of the fold.
    pub(super) inner: usize,
    /// What every trial's configuration starts from.
    #[serde(flatten)]
    pub(super) start: Start,
}

impl Nested {
    /// What the arguments ask for, checked as far as can be without the data; `None` when no search is wanted.
    pub(super) fn new(
        arguments: &CvRun,
        resolved: &Resolved,
        global: &Global,
    ) -> Result<Option<Self>, CliError> {
        if !arguments.is_nested() {
            return Ok(None);
        }
        let space = tune::collect_spaces(resolved, &arguments.tune)?;
        let (base, overrides) = words(arguments.plan.config.as_deref(), &arguments.plan.overrides);
        let mut start = Start::new(base.is_some(), overrides);
        start.keep(resolved, &global.flags());
        for probe in space.probes() {
            start.resolve(base.as_deref(), Flags::default(), &probe)?.check()?;
        }
        let nested = Self {
            space,
            sampler: tune::sampler(arguments.sampler),
            trials: arguments.trials.unwrap_or(tune::TRIALS),
            inner: arguments.inner.unwrap_or(INNER),
            start,
        };
        Trials::in_memory(nested.study(&resolved.config.train.monitor, 0))?;
        if nested.inner == 1 && resolved.config.data.validation == 0.0 {
            return Err(TuneError::NoValidation.into());
        }
        Ok(Some(nested))
    }

    /// Trials one after the other: each knows all before it, and folds run side by side instead.
    fn study(&self, monitor: &str, seed: u64) -> StudyConfig {
        let direction = if larger_is_better(monitor) { Direction::Maximise } else { Direction::Minimise };
        let sampler = self.sampler.clone();
        StudyConfig { seed, sampler, lag: 1, ..StudyConfig::new(self.space.clone(), direction) }
    }

    /// The command that searches the same on all of the data.
    pub(super) fn command(&self, run: &str) -> String {
        let spaces: Vec<String> =
            self.space.parameters().iter().map(|parameter| format!("'{parameter}'")).collect();
        let trials = self.trials;
        format!(
            "kiln tune {run}/run.toml {} --trials {trials}    settings from all of the data",
            spaces.join(" ")
        )
    }

    /// Whether both search for the same in the same way.
    pub(super) fn same_search(&self, other: &Self) -> bool {
        let key = |nested: &Self| (nested.space.clone(), nested.sampler.clone(), nested.trials, nested.inner);
        key(self) == key(other)
    }
}

/// Folds that judge a trial, unless the user says otherwise.
const INNER: usize = 3;

/// What the search of a fold chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::command) struct Chosen {
    pub(super) params: Assignment,
    /// The metric that judged.
    pub(super) monitor: String,
    /// What the best trial had, on items that chose it.
    pub(super) inner: f64,
    /// The number of the best trial, from 0.
    pub(super) trial: u64,
    /// Trials that ended, and those of them that failed.
    pub(super) trials: [usize; 2],
}

/// Searches, fold by fold.
#[derive(Debug)]
pub(super) struct Search<'a> {
    /// The folder of the cross-validation.
    pub(super) run: &'a Path,
    pub(super) nested: &'a Nested,
    pub(super) monitor: &'a str,
    pub(super) folds: &'a Folds,
    pub(super) flags: Flags,
    pub(super) device: Device,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) out: Output,
    /// Whether a line is said for each trial.
    pub(super) lines: bool,
}

impl Search<'_> {
    /// The configuration of the trial with these values.
    pub(super) fn resolve(&self, params: &Assignment) -> Result<Resolved, CliError> {
        self.nested.start.resolve_in(self.run, self.flags.clone(), params)
    }

    /// Searches on the training items of a fold, whose folder is `path`; `None` when it was asked to stop. Trials that
    /// ended in an earlier process are not run again.
    pub(super) fn choose(&self, path: &Path, fold: usize, seed: u64) -> Result<Option<Chosen>, CliError> {
        let journal = path.join(JOURNAL);
        if !journal.is_file() {
            let header = Trials::header(&self.nested.study(self.monitor, seed))?;
            write_durably(&journal, &header).map_err(RunError::io("write", &journal))?;
        }
        let mut study = Trials::open(&journal)?;
        let inner = self.folds.inner(fold, self.nested.inner, seed)?;
        // A study runs its trials in a thread of its own, which would leave the pool of the fold.
        let pool = ThreadPoolBuilder::new().num_threads(rayon::current_num_threads()).build();
        let pool = pool.map_err(CliError::internal)?;
        let mut said = Ok(());
        let plan = Plan { trials: self.nested.trials, workers: 1, stop: Some(&self.stop), deadline: None };
        let ended = |trial: &Trial| {
            if said.is_ok() {
                said = self.say(fold, trial);
            }
        };
        let trial = |trial: &kiln_validate::search::TrialRun| {
            pool.install(|| match self.trial(trial.params(), fold, &inner, seed) {
                Err(error) if matches!(error.kind(), ErrorKind::Diverged | ErrorKind::Usage) => {
                    Ok(Ending::Failed(error.to_string()))
                }
                result => result,
            })
        };
        study.run(&plan, trial, ended).map_err(|error| match error {
            SearchFailed::Search(error) => error.into(),
            SearchFailed::Objective(error) => error,
            other => CliError::internal(other),
        })?;
        said?;
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let failed = || study.trials().iter().filter(|trial| trial.state == State::Failed);
        let trials = study.trials().len();
        match (study.best(), failed().next()) {
            (Some(best), _) => Ok(Some(Chosen {
                params: best.params.clone(),
                monitor: self.monitor.to_owned(),
                inner: best.value.unwrap_or(f64::NAN),
                trial: best.number,
                trials: [trials, failed().count()],
            })),
            (None, first) => Err(CvError::AllFailed {
                fold,
                trials,
                number: first.map_or(0, |trial| trial.number),
                reason: first.and_then(|trial| trial.error.clone()).unwrap_or_default(),
            }
            .into()),
        }
    }

    /// The mean score of these values on the inner folds, or on the validation part where there are none.
    fn trial(&self, params: &Assignment, fold: usize, inner: &[Fold], seed: u64) -> Result<Ending, CliError> {
        let resolved = self.resolve(params)?;
        if inner.is_empty() {
            let resolved = resolved.with_seed(seed);
            let job = self.folds.job(&resolved, &self.device, fold)?;
            job.check()?;
            let outcome = job.fit(job.trainer().stop_flag(Arc::clone(&self.stop)), false)?.outcome;
            let best = outcome.history.best().and_then(|epoch| epoch.validation.as_ref());
            return Ok(match outcome.stop {
                Stop::Interrupted => Ending::Interrupted,
                _ => Ending::Done(best.and_then(|best| best.get(self.monitor)).unwrap_or(f64::NAN)),
            });
        }
        let mut sum = 0.0;
        for (number, part) in inner.iter().enumerate() {
            // The same for every trial: they differ in their settings alone.
            let resolved =
                resolved.with_seed(Seed::new(seed).purpose(Purpose::Search).at(number as u64).value() >> 1);
            let job = self.folds.job_of(&resolved, &self.device, part, fold)?;
            if number == 0 {
                job.check()?;
            }
            let outcome = job.fit(job.trainer().stop_flag(Arc::clone(&self.stop)), false)?.outcome;
            if outcome.stop == Stop::Interrupted {
                return Ok(Ending::Interrupted);
            }
            let test = job.prepared.test().ok_or(CliError::EmptyPart { part: "test" })?;
            let scores = job.scores(&outcome.model, test)?.metrics();
            sum += scores.get(self.monitor).unwrap_or(f64::NAN);
        }
        Ok(Ending::Done(sum / inner.len() as f64))
    }

    /// An event or a line for a trial that has ended.
    fn say(&self, fold: usize, trial: &Trial) -> Result<(), CliError> {
        if !self.out.json {
            if self.lines {
                self.out.say(&trial_line(fold, trial, self.monitor, self.nested.trials));
            }
            return Ok(());
        }
        let written = self.out.event(
            "trial",
            fields! {
                fold: fold, number: trial.number, state: trial.state, value: trial.value, params: trial.params,
                error: trial.error, seconds: trial.seconds,
            },
        );
        match written {
            // A reader that has gone is no reason to stop.
            Err(error) if error.is_closed_pipe() => Ok(()),
            written => written,
        }
    }
}
