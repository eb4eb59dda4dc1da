//! The workers of a search, each in a pool of threads of its own.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use kiln_validate::search::{Ending, Study, StudyError, StudyPlan, Trial, TrialRun};
use rayon::ThreadPool;

use crate::error::ExperimentError;
use crate::interrupt::Interrupt;
use crate::job::new_pool;

/// How a study is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StudyRun<'a> {
    /// Trials in all.
    pub(crate) trials: u64,
    /// Trials side by side.
    pub(crate) workers: usize,
    /// Threads that they share.
    pub(crate) threads: usize,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) deadline: Option<Instant>,
}

/// Runs the trials that are missing. `ended` hears of each once it is in the journal.
///
/// A study runs its trials in threads of its own, which would compute in the pool of the process: so each worker has a pool.
pub(crate) fn run_study<E: From<ExperimentError> + Send>(
    study: &mut Study,
    how: &StudyRun<'_>,
    trial: impl Fn(&TrialRun) -> Result<Ending, E> + Sync,
    ended: impl Fn(&Trial) -> io::Result<()> + Sync,
) -> Result<(), E> {
    let pool = || new_pool((how.threads / how.workers.max(1)).max(1));
    let pools: Vec<ThreadPool> = (0..how.workers).map(|_| pool()).collect::<Result<_, _>>()?;
    let pools = Mutex::new(pools);
    let take = || pools.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let objective = |run: &TrialRun| {
        // Each worker runs one trial at a time, so that a pool is always there.
        let Some(pool) = take() else { return trial(run) };
        let ending = pool.install(|| trial(run));
        pools.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        ending
    };
    let mut unheard = None;
    let hear = |trial: &Trial| {
        if unheard.is_none() {
            unheard = ended(trial).err();
        }
    };
    let plan = StudyPlan {
        trials: how.trials,
        workers: how.workers,
        stop: Some(&how.interrupt.flag),
        deadline: how.deadline,
    };
    study.run(&plan, objective, hear).map_err(|error| match error {
        StudyError::Search(error) => ExperimentError::from(error).into(),
        StudyError::Objective(error) => error,
        _ => ExperimentError::internal("the search ended for a reason that is not known").into(),
    })?;
    match unheard {
        Some(error) => Err(ExperimentError::Observer(error).into()),
        None => Ok(()),
    }
}
