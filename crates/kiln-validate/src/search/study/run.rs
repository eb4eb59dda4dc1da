//! The workers of a study.

use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Instant;

use super::super::error::SearchError;
use super::super::trial::Trial;
use super::{Ending, Proposals, Study, StudyError, StudyPlan, TrialRun};

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
        let trials = self.trials_of(plan.trials);
        let proposals = Proposals::new(&self.config);
        let state = Progress { study: self, next: 0, proposals, ended, stopped: false, failed: None };
        let board = Board { state: Mutex::new(state), changed: Condvar::new() };
        let work = || {
            while let Some(trial) = board.next(plan, trials) {
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
}

/// What the workers share.
struct Board<'a, E, F> {
    state: Mutex<Progress<'a, E, F>>,
    changed: Condvar,
}

struct Progress<'a, E, F> {
    study: &'a mut Study,
    /// The trial that begins next.
    next: u64,
    proposals: Proposals,
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
    fn next(&self, plan: &StudyPlan<'_>, trials: u64) -> Option<TrialRun> {
        let mut state = self.lock();
        loop {
            let number = state.next;
            let asked = plan.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
            let late = plan.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if number >= trials || state.stopped || state.failed.is_some() || asked || late {
                return None;
            }
            if state.study.trial(number).is_some() {
                // It ended in an earlier process.
                state.next += 1;
                continue;
            }
            let Progress { study, proposals, .. } = &mut *state;
            if let Some(run) = proposals.trial(study, number) {
                state.next += 1;
                return Some(run);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<E, F: FnMut(&Trial)> Board<'_, E, F> {
    /// Takes the end of a trial.
    fn end(&self, run: &TrialRun, ending: Result<Ending, E>, seconds: f64) {
        let mut state = self.lock();
        match ending.map(|ending| run.ended(ending, seconds)) {
            Ok(Some(trial)) => match state.study.record(trial.clone()) {
                Ok(_) => (state.ended)(&trial),
                Err(error) => {
                    state.failed.get_or_insert(error.into());
                }
            },
            Ok(None) => state.stopped = true,
            Err(error) => {
                state.failed.get_or_insert(StudyError::Objective(error));
            }
        }
        drop(state);
        self.changed.notify_all();
    }
}
