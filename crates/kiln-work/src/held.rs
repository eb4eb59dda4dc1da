//! A unit at work, whose lease is renewed by a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::store::{Lease, Store};

/// How often it is asked whether to stop.
const LOOK: Duration = Duration::from_millis(50);
/// A lease is renewed so often while it lasts.
const BEATS: u32 = 6;

/// A unit at work. Its lease is renewed until it is finished, given back or dropped.
#[derive(Debug)]
pub struct Held {
    store: Arc<dyn Store>,
    lease: Lease,
    lost: Arc<AtomicBool>,
    end: Option<Sender<()>>,
    heart: Option<JoinHandle<()>>,
}

impl Held {
    /// Renews `lease` from now on. `stop` is called once, from another thread, when the work should come to an end: when `asked`, which is
    /// looked at every 50 ms, says so, or when another has the unit.
    pub fn new(
        store: Arc<dyn Store>,
        lease: Lease,
        asked: impl Fn() -> bool + Send + 'static,
        stop: impl FnOnce() + Send + 'static,
    ) -> Self {
        let (end, ended) = channel();
        let lost = Arc::new(AtomicBool::new(false));
        let heart = Heart {
            store: Arc::clone(&store),
            lease: lease.clone(),
            lost: Arc::clone(&lost),
            renewed: Instant::now(),
        };
        // Without a thread the lease runs out, and another takes the unit: slower, and still right.
        let heart =
            Builder::new().name("lease".to_owned()).spawn(move || heart.beat(&ended, asked, stop)).ok();
        Self { store, lease, lost, end: Some(end), heart }
    }

    /// The unit.
    pub fn unit(&self) -> u64 {
        self.lease.unit
    }

    /// Whether another has the unit now, or may have it.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Puts down the result. Gives whether it is the one that counts. The lease is renewed meanwhile; call it again where it fails.
    ///
    /// # Errors
    /// As [`Store::finish`].
    pub fn finish(&self, result: &[u8]) -> Result<bool, StoreError> {
        self.store.finish(self.lease.unit, &self.lease.token, result)
    }

    fn quiet(&mut self) {
        self.end = None;
        if let Some(heart) = self.heart.take() {
            let _ = heart.join();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.quiet();
        if !self.is_lost() {
            // Of a unit that is finished this does nothing; where it fails, the lease runs out.
            let _ = self.store.give_back(&self.lease);
        }
    }
}

struct Heart {
    store: Arc<dyn Store>,
    lease: Lease,
    lost: Arc<AtomicBool>,
    /// When the store was last asked with success.
    renewed: Instant,
}

impl Heart {
    fn beat(mut self, ended: &Receiver<()>, asked: impl Fn() -> bool, stop: impl FnOnce()) {
        let time = self.store.lease_time();
        let every = time / BEATS;
        let mut stop = Some(stop);
        let mut end = || {
            if let Some(stop) = stop.take() {
                stop();
            }
        };
        let mut tried = Instant::now();
        while ended.recv_timeout(every.min(LOOK)) == Err(RecvTimeoutError::Timeout) {
            if asked() {
                end();
            }
            let now = Instant::now();
            if now.duration_since(tried) < every {
                continue;
            }
            tried = now;
            let still = match self.store.renew(&self.lease) {
                Ok(still) => {
                    self.renewed = now;
                    still
                }
                // Others may think that this worker is lost before it does: it stops earlier than they take its unit.
                Err(_) => self.renewed.elapsed() < time * 2 / 3,
            };
            if !still {
                self.lost.store(true, Ordering::Relaxed);
                end();
                return;
            }
        }
    }
}
