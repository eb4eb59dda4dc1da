//! What decides the table of a study.

use kiln_core::{Direction, Seed, check};
use serde::{Deserialize, Serialize};

use super::super::error::SearchError;
use super::super::pruner::Pruner;
use super::super::sampler::{Sampler, Tpe};
use super::super::space::Space;

/// What decides the table of a study, together with the objective.
///
/// | setting | default | range |
/// |---|---|---|
/// | `seed` | 0 | |
/// | `sampler` | TPE | |
/// | `pruner` | none | |
/// | `lag` | 4 | ≥ 1 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyConfig {
    /// What varies.
    pub space: Space,
    /// Which values are better.
    pub direction: Direction,
    /// From which every draw follows.
    pub seed: u64,
    /// How values are chosen.
    pub sampler: Sampler,
    /// Which trials to give up early.
    pub pruner: Pruner,
    /// A trial ignores the results of the `lag − 1` trials just before it, so that up to `lag` can run at once. A larger lag gives
    /// work to more workers, and each trial knows less. 1: one after the other.
    pub lag: usize,
}

impl StudyConfig {
    /// The defaults named above.
    pub fn new(space: Space, direction: Direction) -> Self {
        Self {
            space,
            direction,
            seed: 0,
            sampler: Sampler::Tpe(Tpe::default()),
            pruner: Pruner::None,
            lag: 4,
        }
    }

    pub(super) fn check(&self) -> Result<(), SearchError> {
        check::at_least("lag", self.lag, 1)?;
        self.sampler.check(&self.space)?;
        self.pruner.check()
    }

    pub(super) fn seed(&self) -> Seed {
        Seed::new(self.seed)
    }

    /// How many trials, counted from 0, a trial sees.
    pub(super) fn visible(&self, number: u64) -> u64 {
        (number + 1).saturating_sub(self.lag as u64)
    }
}
