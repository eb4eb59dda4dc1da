//! Shards that run at once, so that batch norm goes by the whole batch.
//!
//! Each shard of a rank has a thread. They take turns: one computes until it wants a sum over all items, then the next one does. When all
//! have come so far, ranks tell each other, and each shard goes on with the sum. So nothing depends on how fast anybody is.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{panic, thread};

use kiln_kernels::{Together, together};

use crate::TrainError;

/// What all shards said, by their number.
pub(crate) type All = Arc<Vec<Vec<f64>>>;

/// What tells shards of others, by their numbers, and what those say.
pub(crate) type Exchange<'a> = &'a mut dyn FnMut(Vec<(usize, Vec<f64>)>) -> Result<Option<All>, TrainError>;

/// A shard, as its thread sees it.
#[derive(Debug)]
struct Member {
    /// What it says; `None` when it has come to its end.
    says: Sender<Option<Vec<f64>>>,
    hears: Mutex<Receiver<All>>,
}

impl Member {
    /// Waits for its turn. `None` where nobody leads any more.
    fn turn(&self) -> Option<All> {
        self.hears.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}

impl Together for Member {
    fn gather(&self, own: Vec<f64>) -> Option<All> {
        self.says.send(Some(own)).ok()?;
        self.turn()
    }
}

/// Says that a shard has come to its end, also by a panic.
struct End(Arc<Member>);

impl Drop for End {
    fn drop(&mut self) {
        // Without anybody who listens it is known.
        let _ = self.0.says.send(None);
    }
}

/// Does `work` with the job of each shard, all at once. `exchange` is given what the shards say, by their number, each time that all have
/// said something, and gives what all shards of the batch say; and it is given nothing when all have come to their end, until it gives nothing,
/// too. After an error the shards run to their ends, and what comes of them is lost.
pub(super) fn at_once<J: Send, R: Send>(
    jobs: Vec<(usize, J)>,
    work: impl Fn(J) -> R + Sync,
    exchange: Exchange<'_>,
) -> Result<Vec<R>, TrainError> {
    thread::scope(|scope| {
        let (mut leads, mut threads) = (Vec::new(), Vec::new());
        for (shard, job) in jobs {
            let ((go, hears), (says, said)) = (channel(), channel());
            let (member, work) = (Arc::new(Member { says, hears: Mutex::new(hears) }), &work);
            let run = move || {
                let _end = End(Arc::clone(&member));
                member.turn();
                together(member, || work(job))
            };
            let named = thread::Builder::new().name(format!("kiln-shard-{shard}"));
            threads.push(named.spawn_scoped(scope, run).map_err(no_thread)?);
            leads.push(Lead { shard, go, said });
        }
        let led = lead(leads, exchange);
        let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
        let found = ended.map(|end| end.unwrap_or_else(|cause| panic::resume_unwind(cause))).collect();
        led.map(|()| found)
    })
}

/// How one shard is given its turns.
struct Lead {
    shard: usize,
    go: Sender<All>,
    /// What it says at the end of a turn; `None` when it is done.
    said: Receiver<Option<Vec<f64>>>,
}

/// Gives the shards their turns until all have ended, here and elsewhere.
fn lead(leads: Vec<Lead>, exchange: Exchange<'_>) -> Result<(), TrainError> {
    let (mut going, mut heard) = (leads.len(), All::default());
    loop {
        let mut said = Vec::new();
        if going > 0 {
            for Lead { shard, go, said: says } in &leads {
                // One that has ended does not listen, and has nothing to say.
                let _ = go.send(Arc::clone(&heard));
                said.extend(says.recv().ok().flatten().map(|numbers| (*shard, numbers)));
            }
            going = said.len();
        }
        match exchange(said)? {
            Some(all) => heard = all,
            None => return Ok(()),
        }
    }
}

fn no_thread(error: std::io::Error) -> TrainError {
    TrainError::Device { reason: format!("no thread for a shard: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One rank: what its shards say is what all say.
    fn alone(said: Vec<(usize, Vec<f64>)>) -> Result<Option<All>, TrainError> {
        let all: Vec<Vec<f64>> = said.into_iter().map(|(_, numbers)| numbers).collect();
        Ok((!all.is_empty()).then(|| Arc::new(all)))
    }

    /// Says three numbers, and gives what all said. Uses what batch norm would.
    fn speak(own: f64, with: &Member) -> Vec<f64> {
        (0..3).flat_map(|turn| with.gather(vec![own + f64::from(turn)]).unwrap().concat()).collect()
    }

    #[test]
    fn shards_hear_each_other_in_their_order_and_those_that_end_early_are_no_hindrance() {
        let mut rounds = Vec::new();
        let mut exchange = |said: Vec<(usize, Vec<f64>)>| {
            rounds.push(said.len());
            alone(said)
        };
        let ends = at_once(vec![(4, 10.0), (5, 20.0)], |own| own * 2.0, &mut exchange).unwrap();
        assert_eq!((ends, rounds), (vec![20.0, 40.0], vec![0]));

        let ((go, hears), (says, said)) = (channel(), channel());
        let first = Member { says, hears: Mutex::new(hears) };
        let other = thread::spawn(move || lead(vec![Lead { shard: 0, go, said }], &mut |said| alone(said)));
        first.turn();
        let heard = speak(1.0, &first);
        drop(End(Arc::new(first)));
        other.join().unwrap().unwrap();
        assert_eq!(heard, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn an_error_ends_all_and_a_panic_is_that_of_the_shard() {
        let mut fail = |_: Vec<(usize, Vec<f64>)>| Err(TrainError::AllFrozen);
        let error = at_once(vec![(0, ()), (1, ())], |()| (), &mut fail).unwrap_err();
        assert!(matches!(error, TrainError::AllFrozen));
        let result = panic::catch_unwind(|| {
            at_once(vec![(0, 1), (1, 2)], |job| assert!(job < 2, "a bug of the task"), &mut |said| {
                alone(said)
            })
        });
        assert!(result.unwrap_err().downcast_ref::<&str>().is_some_and(|said| *said == "a bug of the task"));
    }
}
