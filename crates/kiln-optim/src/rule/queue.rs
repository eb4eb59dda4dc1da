//! Updates that wait for each other.

use std::sync::{Arc, Mutex, PoisonError};

use kiln_kernels::formula::{self, Update};

/// Updates that are made together, in few launches. Until then nothing may look at their weights and kept values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<Vec<Update>>>);

impl Queue {
    pub(super) fn push(&self, update: Update) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(update);
    }

    /// Makes the updates.
    pub(crate) fn launch(&self) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        formula::update(waiting);
    }
}
