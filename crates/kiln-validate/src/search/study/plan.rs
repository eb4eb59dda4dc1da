//! How a study is run, and how its trials end.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::super::error::SearchError;

/// How a study is run. Nothing here changes the table of its trials.
#[derive(Debug, Clone, Copy)]
pub struct StudyPlan<'a> {
    /// Trials in all, those included that have ended before. Default 100.
    pub trials: u64,
    /// Trials side by side, at most the lag of the study. Default 1.
    pub workers: usize,
    /// No trial begins once this is true.
    pub stop: Option<&'a AtomicBool>,
    /// No trial begins from then on.
    pub deadline: Option<Instant>,
}

impl Default for StudyPlan<'_> {
    fn default() -> Self {
        Self { trials: 100, workers: 1, stop: None, deadline: None }
    }
}

/// How a trial ended, as the objective says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// With this value. One that is not finite is a failure.
    Done(f64),
    /// Given up, because [`TrialRun::report`](super::TrialRun::report) said so.
    Pruned,
    /// Failed, and the study goes on.
    Failed(String),
    /// Stopped from outside: it does not count, and a study that goes on runs it again.
    Interrupted,
}

/// Why a study ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError<E> {
    /// The study itself: its journal, its workers.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// What the objective gave up with.
    #[error("{0}")]
    Objective(E),
}
