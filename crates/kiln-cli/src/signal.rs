//! Ctrl-C and SIGTERM: the first one stops training after the current step, the second one ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What the signals of this process have said so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signals {
    /// Set by the first signal.
    pub(crate) stop: Arc<AtomicBool>,
    which: Arc<AtomicUsize>,
}

impl Signals {
    /// Listens from now on. Where the system refuses, signals do what they always do.
    pub(crate) fn listen() -> Self {
        let signals = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: the second signal finds the flag set, and ends the process at once.
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&signals.stop));
            let _ = flag::register_usize(signal, Arc::clone(&signals.which), signal as usize);
            let _ = flag::register(signal, Arc::clone(&signals.stop));
        }
        signals
    }

    /// Whether one has come.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The exit code of the signal that came: 130 for Ctrl-C, 143 for SIGTERM.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        match self.which.load(Ordering::Relaxed) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}
