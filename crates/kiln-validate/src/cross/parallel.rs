//! Folds side by side, each in a pool of threads of its own.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

/// How many folds run at once, and on how many threads each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parallel {
    /// Folds at once, at least 1. The last ones, where they do not come out even, share the cores: of five folds by two
    /// jobs the last three run together, and take half the time of one more round.
    pub jobs: usize,
    /// Threads of each fold's pool, at least 1.
    pub threads: usize,
}

impl Parallel {
    /// `jobs` folds at once, which share the cores evenly.
    pub fn new(jobs: usize) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let jobs = jobs.max(1);
        Self { jobs, threads: (cores / jobs).max(1) }
    }

    /// Runs `run` for each of `items` and gives the results in their order.
    ///
    /// # Errors
    /// The error of the first item that failed, in their order. After a failure no further item is started.
    ///
    /// # Panics
    /// When `run` does.
    pub fn run<R, E>(self, items: &[usize], run: impl Fn(usize) -> Result<R, E> + Sync) -> Result<Vec<R>, E>
    where
        R: Send,
        E: Send,
    {
        let jobs = self.jobs.clamp(1, items.len().max(1));
        let queue = Queue::new(items.len(), jobs);
        let results = Mutex::new(BTreeMap::new());
        let work = |early| {
            // Where the system gives no threads, the fold computes in the pool of the process: the same bits, later.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build().ok();
            while let Some(place) = queue.claim(early) {
                let end = EndsQueue(&queue);
                let result = match &pool {
                    Some(pool) => pool.install(|| run(items[place])),
                    None => run(items[place]),
                };
                if result.is_ok() {
                    end.not_yet();
                }
                results.lock().unwrap_or_else(PoisonError::into_inner).insert(place, result);
            }
        };
        thread::scope(|scope| {
            let work = &work;
            // As many as the system gives: fewer take longer, and come to the same.
            let start = |worker| Builder::new().spawn_scoped(scope, move || work(worker < jobs)).ok();
            let workers: Vec<_> = (0..jobs + queue.late).map_while(start).collect();
            if workers.is_empty() {
                work(true);
            }
            for worker in workers {
                if let Err(panic) = worker.join() {
                    resume_unwind(panic);
                }
            }
        });
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }
}

/// Places to claim, in order. In the last round, which is longer than one of `jobs`, late workers join in.
struct Queue {
    places: usize,
    /// Workers of the last round only.
    late: usize,
    /// The first place of the last round.
    last_round: usize,
    /// The next place; `places` after a failure.
    next: Mutex<usize>,
    moved: Condvar,
}

impl Queue {
    fn new(places: usize, jobs: usize) -> Self {
        let late = if places > jobs { places % jobs } else { 0 };
        let last_round = if late > 0 { places - jobs - late } else { places };
        Self { places, late, last_round, next: Mutex::new(0), moved: Condvar::new() }
    }

    fn next(&self) -> MutexGuard<'_, usize> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, early: bool) -> Option<usize> {
        let mut next = self.next();
        // A late worker leaves the first place of the last round to one who has just become free.
        while !early && *next <= self.last_round {
            next = self.moved.wait(next).unwrap_or_else(PoisonError::into_inner);
        }
        let place = *next;
        if place >= self.places {
            return None;
        }
        *next += 1;
        self.moved.notify_all();
        Some(place)
    }
}

/// After an error or a panic no further item is started.
struct EndsQueue<'a>(&'a Queue);

impl EndsQueue<'_> {
    fn not_yet(self) {
        std::mem::forget(self);
    }
}

impl Drop for EndsQueue<'_> {
    fn drop(&mut self) {
        *self.0.next() = self.0.places.max(self.0.last_round + 1);
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// What runs at once while each item takes a while: for every item how many had begun and not ended.
    fn crowds(items: usize, jobs: usize) -> Vec<usize> {
        let (running, items) = (AtomicUsize::new(0), (0..items).collect::<Vec<_>>());
        let run = |item: usize| {
            let crowd = running.fetch_add(1, Ordering::SeqCst) + 1;
            thread::sleep(Duration::from_millis(20));
            running.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, ()>((item, crowd))
        };
        let found = Parallel { jobs, threads: 1 }.run(&items, run).unwrap();
        assert!(found.iter().map(|(item, _)| item).eq(&items), "not in their order");
        found.into_iter().map(|(_, crowd)| crowd).collect()
    }

    #[test]
    fn as_many_at_once_as_jobs_and_the_odd_ones_join_the_last_round() {
        for (items, jobs, rounds, last) in
            [(1, 4, 1, 1), (4, 4, 4, 4), (6, 2, 6, 2), (5, 2, 2, 3), (10, 4, 4, 6), (3, 1, 3, 1)]
        {
            let crowds = crowds(items, jobs);
            let (early, late) = crowds.split_at(rounds);
            assert!(early.iter().all(|crowd| *crowd <= jobs), "{items} by {jobs}: {crowds:?}");
            // One of the round before may still be at work.
            assert!(late.iter().all(|crowd| *crowd < last + jobs), "{items} by {jobs}: {crowds:?}");
        }
    }

    #[test]
    fn the_last_round_runs_together() {
        let (arrived, all) = (Mutex::new(0), Condvar::new());
        let run = |item: usize| {
            if item >= 2 {
                // Each waits for the two others; alone, for ever.
                let mut count = arrived.lock().unwrap();
                *count += 1;
                all.notify_all();
                let (count, waited) =
                    all.wait_timeout_while(count, Duration::from_secs(30), |count| *count < 3).unwrap();
                assert!(!waited.timed_out(), "{count} of three");
            }
            Ok::<_, ()>(item)
        };
        assert_eq!(Parallel { jobs: 2, threads: 1 }.run(&[0, 1, 2, 3, 4], run), Ok(vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn a_failure_ends_it_and_nobody_waits() {
        let items: Vec<usize> = (0..50).collect();
        let begun = AtomicUsize::new(0);
        let fails = |item| {
            begun.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(2));
            if item >= 4 { Err(item) } else { Ok(item) }
        };
        assert_eq!(Parallel { jobs: 4, threads: 1 }.run(&items, fails), Err(4));
        assert!(begun.load(Ordering::SeqCst) <= 12, "{begun:?}");
        // Each of the first workers panics; the late ones must not wait for them.
        let panics = |item: usize| if item < 3 { panic!("no") } else { Ok::<_, ()>(item) };
        let run = AssertUnwindSafe(|| Parallel { jobs: 3, threads: 1 }.run(&items, panics));
        assert!(catch_unwind(run).is_err());
    }
}
