//! What the loop and the thread that draws share.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::live::Live;

/// What the loop and the thread that draws share.
#[derive(Debug)]
pub(super) struct Shared {
    live: Mutex<Live>,
    /// Grows with each change.
    version: AtomicU64,
    /// That of the newest picture.
    drawn: AtomicU64,
    is_over: AtomicBool,
}

impl Shared {
    pub(super) fn new(live: Live) -> Self {
        Self {
            live: Mutex::new(live),
            version: AtomicU64::new(1),
            drawn: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    /// The training is over.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// What is to be drawn, where it is not on the screen already. A copy, so that the loop never waits for a picture.
    pub(super) fn changed(&self, anyway: bool) -> Option<Live> {
        let version = self.version.load(Ordering::Relaxed);
        if self.drawn.swap(version, Ordering::Relaxed) == version && !anyway {
            return None;
        }
        self.live.lock().ok().map(|live| live.clone())
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Live)) {
        if let Ok(mut live) = self.live.lock() {
            change(&mut live);
        }
        self.version.fetch_add(1, Ordering::Relaxed);
    }
}
