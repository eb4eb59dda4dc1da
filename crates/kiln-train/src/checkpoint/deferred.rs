//! Nothing is written for a run until it has lasted long enough to be worth the disk.

use std::time::{Duration, Instant};

use kiln_core::Weights;

use super::{CheckpointStore, Rest, TrainState, folder_name};
use crate::TrainError;

/// Holds checkpoints back for the first part of a run. Only the best is kept, in memory: when something is written at
/// last, the state that it names as the best must be there too.
#[derive(Debug)]
pub(crate) struct Deferred {
    until: Option<Instant>,
    best: Option<(Weights, Rest, TrainState)>,
}

impl Deferred {
    /// Nothing is written for so long from now on.
    pub(crate) fn new(duration: Duration) -> Self {
        Self {
            until: Some(duration).filter(|d| !d.is_zero()).and_then(|d| Instant::now().checked_add(d)),
            best: None,
        }
    }

    /// Whether nothing is written yet.
    pub(crate) fn holds(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Holds nothing back from now on.
    pub(crate) fn release(&mut self) {
        self.until = None;
    }

    /// Writes a checkpoint, after the best one that was held back; or holds it back.
    pub(crate) fn save(
        &mut self,
        store: &CheckpointStore,
        weights: &Weights,
        rest: impl FnOnce() -> Rest,
        state: &TrainState,
    ) -> Result<(), TrainError> {
        if self.holds() {
            if state.best.as_deref() == Some(&folder_name(state.step)) {
                self.best = Some((weights.clone(), rest(), state.clone()));
            }
            return Ok(());
        }
        self.until = None;
        if let Some((weights, rest, best)) = self.best.take()
            && best.step != state.step
            && best.best == state.best
        {
            store.save(&weights, &rest, &best)?;
        }
        store.save(weights, &rest(), state).map(|_| ())
    }
}
