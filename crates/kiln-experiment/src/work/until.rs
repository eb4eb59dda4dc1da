//! When work has to end before its end.

use std::time::Instant;

use crate::interrupt::Interrupt;

/// When work has to end before its end: when somebody asks, or when the time is over.
#[derive(Debug, Clone)]
pub(crate) struct Until {
    pub(crate) interrupt: Interrupt,
    pub(crate) deadline: Option<Instant>,
}

impl Until {
    /// Whether it has to end now.
    pub(crate) fn is_over(&self) -> bool {
        self.interrupt.is_set() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}
