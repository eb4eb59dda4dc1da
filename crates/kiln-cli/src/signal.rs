//! Ctrl-C and SIGTERM: the first one stops training after the current step, the second one ends the process.

use std::sync::Arc;

use kiln_experiment::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What the signals of this process ask for, from now on. Where the system refuses, signals do what they always do.
pub(crate) fn listen() -> Interrupt {
    let interrupt = Interrupt::default();
    for signal in [SIGINT, SIGTERM] {
        // In this order: the second signal finds the flag set, and ends the process at once.
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&interrupt.flag));
        let _ = flag::register_usize(signal, Arc::clone(&interrupt.signal), signal as usize);
        let _ = flag::register(signal, Arc::clone(&interrupt.flag));
    }
    interrupt
}
