//! Work on pieces that come one after the other, on several threads, with results in their order.

use std::collections::BTreeMap;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

/// Gives every piece of `next` to one of `threads` workers, each with a state by `begin`, and what `work` makes of it to `end`, in the
/// order of the pieces. Gives the states. Not more than a few pieces for each thread are there at once.
///
/// # Errors
/// The first error in the order of the pieces, of `work`, `end` or `next`; pieces behind it may have been worked on.
pub(crate) fn in_order<T, S, P, E>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<T>, E>,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> Result<P, E> + Sync,
    mut end: impl FnMut(P) -> Result<(), E>,
) -> Result<Vec<S>, E>
where
    T: Send,
    S: Send,
    P: Send,
    E: Send,
{
    let mut pieces = iter::from_fn(|| next().transpose());
    let one = pieces.next();
    let two = if matches!(one, Some(Ok(_))) { pieces.next() } else { None };
    // Threads cost more than they save where there is one piece.
    let is_small = threads <= 1 || two.is_none();
    let mut pieces = one.into_iter().chain(two).chain(pieces);
    if is_small {
        let mut state = begin();
        for piece in pieces {
            end(work(&mut state, piece?)?)?;
        }
        return Ok(vec![state]);
    }
    let (jobs, queue) = sync_channel::<(usize, T)>(threads);
    let (done, results) = channel();
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (done, queue, begin, work) = (done.clone(), &queue, &begin, &work);
                scope.spawn(move || worker(queue, &done, begin(), work))
            })
            .collect();
        drop(done);
        let mut order = InOrder { results, waiting: BTreeMap::new(), taken: 0 };
        let mut outcome = Ok(());
        let mut given = 0;
        while outcome.is_ok() {
            match pieces.next() {
                Some(Ok(piece)) => {
                    // The queue is there as long as this is.
                    let _ = jobs.send((given, piece));
                    given += 1;
                    outcome = order.take(given.saturating_sub(2 * threads), &mut end);
                }
                // Errors of the pieces before come first.
                Some(Err(error)) => outcome = order.take(given, &mut end).and(Err(error)),
                None => break,
            }
        }
        drop(jobs);
        let outcome = outcome.and_then(|()| order.take(given, &mut end));
        drop(order);
        let state =
            |worker: ScopedJoinHandle<'_, S>| worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        let states = workers.into_iter().map(state).collect();
        outcome.map(|()| states)
    })
}

/// The number of a piece, and what was made of it, or the panic that came of it.
type Done<P, E> = (usize, thread::Result<Result<P, E>>);

fn worker<T, S, P, E>(
    queue: &Mutex<Receiver<(usize, T)>>,
    done: &Sender<Done<P, E>>,
    mut state: S,
    work: impl Fn(&mut S, T) -> Result<P, E>,
) -> S {
    let mut has_failed = false;
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, piece)) = job else { return state };
        // What comes behind an error does not matter; but it is taken, or the queue would fill up.
        if has_failed {
            continue;
        }
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut state, piece)));
        has_failed = !matches!(result, Ok(Ok(_)));
        has_failed |= done.send((number, result)).is_err();
    }
}

/// Results, which come in any order.
struct InOrder<P, E> {
    results: Receiver<Done<P, E>>,
    waiting: BTreeMap<usize, thread::Result<Result<P, E>>>,
    taken: usize,
}

impl<P, E> InOrder<P, E> {
    /// Gives the results to `end` in order, until `count` of them are taken; also those behind them that are there.
    fn take(&mut self, count: usize, end: &mut impl FnMut(P) -> Result<(), E>) -> Result<(), E> {
        loop {
            while let Some(result) = self.waiting.remove(&self.taken) {
                self.taken += 1;
                end(result.unwrap_or_else(|panic| resume_unwind(panic))?)?;
            }
            let next =
                if self.taken < count { self.results.recv().ok() } else { self.results.try_recv().ok() };
            let Some((number, result)) = next else { return Ok(()) };
            self.waiting.insert(number, result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doubles the numbers below `count`; `wrong` is an error, as is the piece behind the last where `ends_wrong`.
    fn doubled(
        threads: usize,
        count: u64,
        wrong: Option<u64>,
        ends_wrong: bool,
    ) -> Result<(Vec<u64>, u64), u64> {
        let mut pieces = 0..count;
        let mut results = Vec::new();
        let states = in_order(
            threads,
            || match pieces.next() {
                None if ends_wrong => Err(u64::MAX),
                piece => Ok(piece),
            },
            || 0,
            |sum, piece| {
                if wrong.is_some_and(|wrong| piece >= wrong) {
                    return Err(piece);
                }
                *sum += piece;
                Ok(2 * piece)
            },
            |result| {
                results.push(result);
                Ok(())
            },
        )?;
        Ok((results, states.into_iter().sum()))
    }

    #[test]
    fn results_come_in_order_and_states_add_up() {
        for threads in [1, 2, 7] {
            for count in [0, 1, 2, 3, 1000] {
                let (results, sum) = doubled(threads, count, None, false).unwrap();
                assert_eq!(results, (0..count).map(|i| 2 * i).collect::<Vec<_>>());
                assert_eq!(sum, (0..count).sum::<u64>());
            }
        }
    }

    #[test]
    fn the_first_error_wins() {
        for threads in [1, 2, 7] {
            for wrong in [0, 1, 5, 400] {
                assert_eq!(doubled(threads, 1000, Some(wrong), false).unwrap_err(), wrong);
                assert_eq!(doubled(threads, wrong + 1, Some(wrong), true).unwrap_err(), wrong);
            }
            assert_eq!(doubled(threads, 20, None, true).unwrap_err(), u64::MAX);
            assert_eq!(doubled(threads, 0, None, true).unwrap_err(), u64::MAX);
        }
    }
}
