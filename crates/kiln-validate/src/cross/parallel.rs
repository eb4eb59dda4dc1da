//! Folds side by side, each in a pool of threads of its own.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many folds run at once, and on how many threads each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parallel {
    /// Folds at once, at least 1.
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
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new(BTreeMap::new());
        let work = || {
            // Where the system gives no threads, the fold computes in the pool of the process: the same bits, later.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build().ok();
            while !failed.load(Ordering::Relaxed) {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(&item) = items.get(place) else { break };
                let result = match &pool {
                    Some(pool) => pool.install(|| run(item)),
                    None => run(item),
                };
                failed.fetch_or(result.is_err(), Ordering::Relaxed);
                results.lock().unwrap_or_else(PoisonError::into_inner).insert(place, result);
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> =
                (0..self.jobs.clamp(1, items.len().max(1))).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                if let Err(panic) = worker.join() {
                    resume_unwind(panic);
                }
            }
        });
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }
}
