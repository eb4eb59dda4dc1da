//! The workers of a study.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Instant;

use super::super::error::SearchError;
use super::super::sampler::View;
use super::super::space::Assignment;
use super::super::trial::{State, Trial};
use super::config::StudyConfig;
use super::{Ending, Study, StudyError, StudyPlan, TrialRun};

impl Study {
    /// Runs trials until there are `plan.trials`, or until the plan says to stop. Trials that had begun in a process
    /// that was killed are run again with the same values.
    ///
    /// `objective` runs in a thread for each worker; `ended` hears of every trial once, after it is in the journal,
    /// in the order in which they end.
    ///
    /// # Errors
    /// [`StudyError::Search`] when there are more workers than the lag or the journal cannot be written, and
    /// [`StudyError::Objective`] with the first error of `objective`; trials that run then come to their ends first.
    pub fn run<E: Send>(
        &mut self,
        plan: &StudyPlan<'_>,
        objective: impl Fn(&TrialRun) -> Result<Ending, E> + Sync,
        ended: impl FnMut(&Trial) + Send,
    ) -> Result<(), StudyError<E>> {
        let lag = self.config.lag;
        if plan.workers > lag {
            return Err(SearchError::Workers { workers: plan.workers, lag }.into());
        }
        let trials = match self.config.sampler.trials(&self.config.space) {
            Some(most) => plan.trials.min(most),
            None => plan.trials,
        };
        let config = Arc::new(self.config.clone());
        let state = Progress { study: self, params: Vec::new(), ended, stopped: false, failed: None };
        let board = Board { state: Mutex::new(state), changed: Condvar::new() };
        let work = || {
            while let Some(trial) = board.next(plan, trials, &config) {
                let began = Instant::now();
                let guard = StopOnPanic(&board);
                let ending = objective(&trial);
                std::mem::forget(guard);
                board.end(&trial, ending, began.elapsed().as_secs_f64());
            }
        };
        std::thread::scope(|scope| {
            // As many as the system gives: the trials do not depend on how many run at once.
            let start = |_| Builder::new().spawn_scoped(scope, work).ok();
            let workers = (0..plan.workers.max(1)).map_while(start).count();
            if workers == 0 {
                work();
            }
        });
        match board.lock().failed.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Writes a trial down.
    fn add(&mut self, trial: Trial) -> Result<(), SearchError> {
        if let Some(journal) = &mut self.journal {
            journal.append(&trial)?;
        }
        let place = self.trials.partition_point(|known| known.number < trial.number);
        self.trials.insert(place, trial);
        Ok(())
    }

    /// The trials that the trial of a number sees, or none while one of them has not ended.
    fn seen(&self, number: u64) -> Option<&[Trial]> {
        let visible = self.config.visible(number);
        let ended = self.trials.partition_point(|trial| trial.number < visible);
        (ended as u64 == visible).then(|| &self.trials[..ended])
    }
}

/// What the workers share.
struct Board<'a, E, F> {
    state: Mutex<Progress<'a, E, F>>,
    changed: Condvar,
}

struct Progress<'a, E, F> {
    study: &'a mut Study,
    /// The values of the trials that have begun, by number.
    params: Vec<Assignment>,
    ended: F,
    /// A trial was stopped from outside: no other begins.
    stopped: bool,
    /// The first failure: no other trial begins.
    failed: Option<StudyError<E>>,
}

/// A panic in a trial must wake the other workers, or they would wait for its end forever.
struct StopOnPanic<'b, 'a, E, F>(&'b Board<'a, E, F>);

impl<E, F> Drop for StopOnPanic<'_, '_, E, F> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.changed.notify_all();
    }
}

impl<'a, E, F> Board<'a, E, F> {
    fn lock(&self) -> MutexGuard<'_, Progress<'a, E, F>> {
        // A panic leaves nothing half done: a trial is in the list, or it is not.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next trial to run, as soon as the trials that it sees have ended.
    fn next(&self, plan: &StudyPlan<'_>, trials: u64, config: &Arc<StudyConfig>) -> Option<TrialRun> {
        let mut state = self.lock();
        loop {
            let number = state.params.len() as u64;
            let asked = plan.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
            let late = plan.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if number >= trials || state.stopped || state.failed.is_some() || asked || late {
                return None;
            }
            if let Ok(place) = state.study.trials.binary_search_by_key(&number, |trial| trial.number) {
                // It ended in an earlier process.
                let params = state.study.trials[place].params.clone();
                state.params.push(params);
                continue;
            }
            let Some(seen) = state.study.seen(number) else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let params = config.sampler.suggest(&View {
                space: &config.space,
                direction: config.direction,
                seed: config.seed(),
                number,
                seen: &seen.iter().collect::<Vec<_>>(),
                running: &state.params[seen.len()..],
            });
            let run = TrialRun::new(number, params.clone(), Arc::clone(config), seen.to_vec());
            state.params.push(params);
            return Some(run);
        }
    }
}

impl<E, F: FnMut(&Trial)> Board<'_, E, F> {
    /// Takes the end of a trial.
    fn end(&self, run: &TrialRun, ending: Result<Ending, E>, seconds: f64) {
        let mut state = self.lock();
        let direction = state.study.config.direction;
        let reports = run.reports();
        let (ended, value, error) = match ending {
            Ok(Ending::Done(value)) if value.is_finite() => (Some(State::Done), Some(value), None),
            Ok(Ending::Done(value)) => (Some(State::Failed), None, Some(format!("the objective is {value}"))),
            Ok(Ending::Pruned) => {
                let values = reports.iter().map(|(_, value)| *value);
                let best = values.min_by(|a, b| direction.loss(*a).total_cmp(&direction.loss(*b)));
                (Some(State::Pruned), best, None)
            }
            Ok(Ending::Failed(why)) => (Some(State::Failed), None, Some(why)),
            Ok(Ending::Interrupted) => {
                state.stopped = true;
                (None, None, None)
            }
            Err(error) => {
                state.failed.get_or_insert(StudyError::Objective(error));
                (None, None, None)
            }
        };
        if let Some(ended) = ended {
            let params = run.params().clone();
            let trial = Trial { number: run.number(), params, state: ended, value, reports, error, seconds };
            match state.study.add(trial.clone()) {
                Ok(()) => (state.ended)(&trial),
                Err(error) => {
                    state.failed.get_or_insert(error.into());
                }
            }
        }
        drop(state);
        self.changed.notify_all();
    }
}
