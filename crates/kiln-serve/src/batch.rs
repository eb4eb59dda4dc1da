//! Many requests in one call: a queue of bounded length, and a thread that takes what waits.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// How requests become batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batching {
    /// The most items of a batch, 1 or more. A request that has more is a batch by itself. Default 64.
    pub max_batch: usize,
    /// How long a request may wait for others. Default 0: a batch is what waits when the batch before it is done.
    pub max_wait: Duration,
    /// The most requests that wait, 1 or more. Default 256.
    pub queue: usize,
}

impl Default for Batching {
    fn default() -> Self {
        Self { max_batch: 64, max_wait: Duration::ZERO, queue: 256 }
    }
}

/// Where the answer to a request goes.
pub trait Reply: Send + 'static {
    /// What is answered.
    type Answer;

    /// Whether somebody still waits for it. What nobody waits for is not computed.
    fn is_wanted(&self) -> bool;

    /// Answers.
    fn send(self, answer: Result<Self::Answer, Failed>);
}

/// The work for a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the prediction failed: {0}")]
pub struct Failed(pub String);

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// As many requests wait as may.
    #[error("too many requests wait")]
    Full,
    /// Nothing is taken any more.
    #[error("the server is stopping")]
    Closed,
}

/// A thread that works on what waits, many requests at once.
///
/// ```
/// use std::sync::mpsc::{Sender, channel};
///
/// use kiln_serve::{Batcher, Batching, Failed, Reply};
///
/// struct To(Sender<u32>);
///
/// impl Reply for To {
///     type Answer = u32;
///
///     fn is_wanted(&self) -> bool {
///         true
///     }
///
///     fn send(self, answer: Result<u32, Failed>) {
///         let _ = answer.map(|number| self.0.send(number));
///     }
/// }
///
/// let batcher = Batcher::start(Batching::default(), |numbers: &[u32]| Ok(numbers.iter().map(|n| 2 * n).collect()))?;
/// let (sender, answers) = channel();
/// batcher.push(21, 1, To(sender))?;
/// assert_eq!(answers.recv()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Batcher<T, R> {
    shared: Arc<Shared<T, R>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static, R: Reply> Batcher<T, R> {
    /// Starts the thread. `work` gives the answer to each request of a batch. Where it fails or panics for several, each is tried alone, so
    /// that one spoils no other.
    ///
    /// # Errors
    /// What the operating system says when it gives no thread.
    pub fn start(
        batching: Batching,
        mut work: impl FnMut(&[T]) -> Result<Vec<R::Answer>, String> + Send + 'static,
    ) -> io::Result<Self> {
        let state = State { waiting: VecDeque::new(), is_open: true };
        let shared = Arc::new(Shared { batching, state: Mutex::new(state), changed: Condvar::new() });
        let worker = Arc::clone(&shared);
        let run = move || {
            while let Some((requests, replies)) = worker.next() {
                answer(&mut work, requests, replies);
            }
        };
        let thread = Builder::new().name("kiln-batches".to_owned()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Takes a request of so many `items`.
    ///
    /// # Errors
    /// [`NotTaken::Full`] when as many wait as may, [`NotTaken::Closed`] after [`Batcher::close`].
    pub fn push(&self, request: T, items: usize, reply: R) -> Result<(), NotTaken> {
        let mut state = self.shared.lock();
        if !state.is_open {
            return Err(NotTaken::Closed);
        }
        let limit = self.shared.batching.queue.max(1);
        if state.waiting.len() >= limit {
            // Those whose clients have gone make room.
            state.waiting.retain(|waiting| waiting.reply.is_wanted());
        }
        if state.waiting.len() >= limit {
            return Err(NotTaken::Full);
        }
        state.waiting.push_back(Waiting { request, items, reply, since: Instant::now() });
        drop(state);
        self.shared.changed.notify_one();
        Ok(())
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }

    /// Takes nothing more. What waits is still answered.
    pub fn close(&self) {
        self.shared.close();
    }
}

/// What waits is answered first.
impl<T, R> Drop for Batcher<T, R> {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[derive(Debug)]
struct Shared<T, R> {
    batching: Batching,
    state: Mutex<State<T, R>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T, R> {
    waiting: VecDeque<Waiting<T, R>>,
    is_open: bool,
}

/// A request that waits.
#[derive(Debug)]
struct Waiting<T, R> {
    request: T,
    items: usize,
    reply: R,
    since: Instant,
}

impl<T, R> Shared<T, R> {
    /// A panic elsewhere leaves the queue whole: nothing that can panic is called while it changes.
    fn lock(&self) -> MutexGuard<'_, State<T, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().is_open = false;
        self.changed.notify_all();
    }
}

impl<T, R: Reply> Shared<T, R> {
    /// Waits for the next batch; `None` when there will be none.
    fn next(&self) -> Option<(Vec<T>, Vec<R>)> {
        let mut state = self.lock();
        loop {
            let Some(first) = state.waiting.front() else {
                if !state.is_open {
                    return None;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = self.batching.max_wait.saturating_sub(first.since.elapsed());
            if !left.is_zero() && state.is_open && !self.is_full(&state) {
                let waited = self.changed.wait_timeout(state, left);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let batch = self.take(&mut state);
            if !batch.0.is_empty() {
                return Some(batch);
            }
        }
    }

    /// Whether a batch would gain nothing from waiting.
    fn is_full(&self, state: &State<T, R>) -> bool {
        state.waiting.iter().map(|waiting| waiting.items).sum::<usize>() >= self.batching.max_batch
    }

    /// The requests at the front whose items fit into a batch, and at least one; without those that nobody waits for any more.
    fn take(&self, state: &mut State<T, R>) -> (Vec<T>, Vec<R>) {
        let (mut requests, mut replies, mut items) = (Vec::new(), Vec::new(), 0);
        while let Some(waiting) = state.waiting.pop_front() {
            if !waiting.reply.is_wanted() {
                continue;
            }
            if !requests.is_empty() && items + waiting.items > self.batching.max_batch {
                state.waiting.push_front(waiting);
                break;
            }
            items += waiting.items;
            requests.push(waiting.request);
            replies.push(waiting.reply);
        }
        (requests, replies)
    }
}

/// Works on a batch and sends the answers.
fn answer<T, R: Reply>(
    work: &mut impl FnMut(&[T]) -> Result<Vec<R::Answer>, String>,
    requests: Vec<T>,
    replies: Vec<R>,
) {
    match attempt(work, &requests) {
        Ok(answers) => replies.into_iter().zip(answers).for_each(|(reply, answer)| reply.send(Ok(answer))),
        Err(why) if requests.len() == 1 => {
            replies.into_iter().for_each(|reply| reply.send(Err(Failed(why.clone()))))
        }
        Err(_) => {
            for (request, reply) in requests.iter().zip(replies) {
                let alone = attempt(work, std::slice::from_ref(request));
                let first = alone.map(|answers| answers.into_iter().next());
                reply.send(
                    first.and_then(|answer| answer.ok_or_else(|| "no answer".to_owned())).map_err(Failed),
                );
            }
        }
    }
}

/// The answers to `requests`, one each; a panic is a failure like others.
fn attempt<T, A>(
    work: &mut impl FnMut(&[T]) -> Result<Vec<A>, String>,
    requests: &[T],
) -> Result<Vec<A>, String> {
    let tried = catch_unwind(AssertUnwindSafe(|| work(requests)));
    let answers = tried.unwrap_or_else(|panic| Err(said(panic.as_ref())))?;
    if answers.len() == requests.len() {
        Ok(answers)
    } else {
        Err(format!("{} answers to {} requests", answers.len(), requests.len()))
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

#[cfg(test)]
mod tests;
