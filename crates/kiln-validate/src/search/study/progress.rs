//! A trial that is running.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::pruner::Progress;
use super::super::space::Assignment;
use super::super::trial::{State, Trial};
use super::config::StudyConfig;
use super::plan::Ending;

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

    /// What becomes of it with this ending after so many seconds. `None` for one that was stopped from outside.
    pub fn ended(&self, ending: Ending, seconds: f64) -> Option<Trial> {
        let direction = self.config.direction;
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (state, value, error) = match ending {
            Ending::Done(value) if value.is_finite() => (State::Done, Some(value), None),
            Ending::Done(value) => (State::Failed, None, Some(format!("the objective is {value}"))),
            Ending::Pruned => {
                let values = reports.iter().map(|(_, value)| *value);
                let best = values.min_by(|a, b| direction.loss(*a).total_cmp(&direction.loss(*b)));
                (State::Pruned, best, None)
            }
            Ending::Failed(why) => (State::Failed, None, Some(why)),
            Ending::Interrupted => return None,
        };
        let params = Assignment::clone(&self.params);
        Some(Trial { number: self.number, params, state, value, reports, error, seconds })
    }
}
