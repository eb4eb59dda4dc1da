//! What asks an experiment to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What asks an experiment to stop, from another thread or a signal. Clones are the same.
///
/// Trainings stop after their current step, save, and can be resumed.
///
/// ```
/// use kiln_experiment::Interrupt;
///
/// let interrupt = Interrupt::default();
/// let elsewhere = interrupt.clone();
/// elsewhere.stop();
/// assert!(interrupt.is_set());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    /// True once it is asked to stop.
    pub flag: Arc<AtomicBool>,
    /// The number of the signal that asked. 0: none did.
    pub signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Asks to stop.
    pub fn stop(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether somebody has asked to stop.
    pub fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// The exit code of the signal that came: 130 for Ctrl-C, 143 for SIGTERM. `None` without a signal.
    pub fn exit_code(&self) -> Option<u8> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}
