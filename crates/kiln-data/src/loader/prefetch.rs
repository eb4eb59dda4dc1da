//! Batches made ahead: threads claim them in order, the consumer takes them in order.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use burn::tensor::StreamId;

use super::plan::EpochPlan;
use crate::DataError;

/// Threads that make the batches of one epoch. They end with the last batch or when this is dropped.
pub(super) struct Prefetch<B> {
    shared: Arc<Shared<B>>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared<B> {
    state: Mutex<State<B>>,
    /// A batch was taken: there is room for another, or the threads are to stop.
    room: Condvar,
    /// A batch was made.
    ready: Condvar,
    /// How many batches may be claimed and not yet taken.
    ahead: usize,
}

struct State<B> {
    /// The batch that the next free thread makes.
    claim: usize,
    /// The batch that the consumer takes next.
    take: usize,
    /// Made and not taken.
    made: BTreeMap<usize, Result<B, DataError>>,
    stopped: bool,
}

impl<B: Send + 'static> Prefetch<B> {
    /// `None` without threads to start, or where the system gives none: then batches are made when asked for,
    /// which are the same batches.
    pub(super) fn start(plan: &Arc<EpochPlan<B>>, first: usize, threads: usize) -> Option<Self> {
        let threads = threads.min(plan.pieces().saturating_sub(first));
        let state = State { claim: first, take: first, made: BTreeMap::new(), stopped: false };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            room: Condvar::new(),
            ready: Condvar::new(),
            ahead: threads + 1,
        });
        let threads: Vec<_> = (0..threads)
            .map_while(|number| {
                let (shared, plan) = (Arc::clone(&shared), Arc::clone(plan));
                let work = move || stream(number).executes(|| shared.work(&plan));
                Builder::new().name("kiln-loader".to_owned()).spawn(work).ok()
            })
            .collect();
        (!threads.is_empty()).then_some(Self { shared, threads })
    }
}

/// Where a GPU puts what thread number `number` of an epoch asks for. By itself each new thread has a stream of its own there, with memory of
/// its own, and every epoch starts new threads. Streams are counted from 0 by threads that ask for none, so these are from the other end.
fn stream(number: usize) -> StreamId {
    StreamId { value: u64::MAX - number as u64 }
}

impl<B> Prefetch<B> {
    /// Waits for the next batch. At most as many calls as there are batches.
    pub(super) fn take(&self) -> Result<B, DataError> {
        let mut state = self.shared.lock();
        loop {
            let next = state.take;
            if let Some(batch) = state.made.remove(&next) {
                state.take += 1;
                self.shared.room.notify_one();
                return batch;
            }
            state = self.shared.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<B> Shared<B> {
    fn work(&self, plan: &EpochPlan<B>) {
        while let Some(index) = self.claim(plan.pieces()) {
            let batch = plan.make(index);
            self.lock().made.insert(index, batch);
            self.ready.notify_one();
        }
    }

    /// Waits for room, then claims the next batch; `None` when there is nothing left to do.
    fn claim(&self, batches: usize) -> Option<usize> {
        let mut state = self.lock();
        while !state.stopped && state.claim < batches && state.claim >= state.take + self.ahead {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped || state.claim >= batches {
            return None;
        }
        state.claim += 1;
        Some(state.claim - 1)
    }

    // Nothing panics while it holds the lock, so a poisoned state is a whole one.
    fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Drop for Prefetch<B> {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.room.notify_all();
        for thread in self.threads.drain(..) {
            // A source's panic is caught in the thread, so there is nothing to learn here.
            let _ = thread.join();
        }
    }
}
