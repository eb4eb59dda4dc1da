//! Ctrl-C and SIGTERM: the first one stops training after the current step, the second one ends the process. While data are read
//! there is nothing to save, and the first one ends it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use kiln_experiment::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What the signals of this process ask for, from now on. Where the system refuses, signals do what they always do.
pub(crate) fn listen() -> Interrupt {
    let interrupt = Interrupt::default();
    reading_data(false);
    for signal in [SIGINT, SIGTERM] {
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(reading()));
        // In this order: the second signal finds the flag set, and ends the process at once.
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&interrupt.flag));
        let _ = flag::register_usize(signal, Arc::clone(&interrupt.signal), signal as usize);
        let _ = flag::register(signal, Arc::clone(&interrupt.flag));
    }
    interrupt
}

/// Says whether data are read now, which looks at no interrupt and takes minutes where they are large.
pub(crate) fn reading_data(now: bool) {
    reading().store(now, Ordering::Relaxed);
}

fn reading() -> &'static Arc<AtomicBool> {
    static READING: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    READING.get_or_init(Arc::default)
}
