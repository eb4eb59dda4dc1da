//! A trial that is running.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::pruner::Progress;
use super::super::space::Assignment;
use super::super::trial::Trial;
use super::config::StudyConfig;

/// A trial that is running. Clones are the same trial, so that a callback can report for it.
#[derive(Debug, Clone)]
pub struct TrialRun {
    number: u64,
    params: Arc<Assignment>,
    config: Arc<StudyConfig>,
    seen: Arc<Vec<Trial>>,
    reports: Arc<Mutex<Vec<(u64, f64)>>>,
}

impl TrialRun {
    pub(super) fn new(number: u64, params: Assignment, config: Arc<StudyConfig>, seen: Vec<Trial>) -> Self {
        let (params, seen) = (Arc::new(params), Arc::new(seen));
        Self { number, params, config, seen, reports: Arc::default() }
    }

    /// The number, from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The values to try.
    pub fn params(&self) -> &Assignment {
        &self.params
    }

    /// Takes the value of the objective after a step (an epoch, from 1); says whether to give the trial up, and then
    /// it should end with [`Ending::Pruned`](super::Ending::Pruned). Steps rise; one that was reported before is
    /// passed over.
    pub fn report(&self, step: u64, value: f64) -> bool {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.last().is_some_and(|(last, _)| *last >= step) {
            return false;
        }
        reports.push((step, value));
        self.config.pruner.prunes(&Progress {
            direction: self.config.direction,
            seed: self.config.seed(),
            number: self.number,
            reports: &reports,
            seen: &self.seen,
        })
    }

    pub(super) fn reports(&self) -> Vec<(u64, f64)> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
