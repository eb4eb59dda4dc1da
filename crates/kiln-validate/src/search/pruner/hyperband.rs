//! Hyperband: successive halving that hedges against giving up too early.

use kiln_core::{Seed, check};
use serde::{Deserialize, Serialize};

use super::super::error::SearchError;
use super::{Halving, Progress};

/// Brackets of successive halving that ask their first question later and later; each trial belongs to one of them,
/// drawn with the shares of Hyperband, and is compared within it. Li et al.: Hyperband (2018). As Optuna's
/// `HyperbandPruner`, but that the sampler sees all brackets.
///
/// | setting | default | range |
/// |---|---|---|
/// | `resource` | 1 | ≥ 1 |
/// | `most` | 81 | ≥ `resource` |
/// | `factor` | 3 | ≥ 2 |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hyperband {
    /// The step of the first question of the first bracket.
    pub resource: u64,
    /// Steps of a whole trial.
    pub most: u64,
    /// One in how many goes on.
    pub factor: u64,
}

impl Default for Hyperband {
    fn default() -> Self {
        Self { resource: 1, most: 81, factor: 3 }
    }
}

impl Hyperband {
    pub(super) fn check(&self) -> Result<(), SearchError> {
        check::at_least("resource", self.resource as usize, 1)?;
        check::at_least("factor", self.factor as usize, 2)?;
        check::at_least("most", self.most as usize, self.resource as usize)?;
        Ok(())
    }

    /// How many trials each bracket gets of those that the sum of the list gets; the first bracket asks earliest.
    ///
    /// ```
    /// use kiln_validate::search::Hyperband;
    ///
    /// assert_eq!(Hyperband { resource: 1, most: 81, factor: 3 }.brackets(), [81, 34, 15, 8, 5]);
    /// ```
    pub fn brackets(&self) -> Vec<u64> {
        // ⌊log_factor(most / resource)⌋, in whole numbers: a logarithm can miss a power by a rounding.
        let mut last = 0u32;
        let mut reach = self.resource.saturating_mul(self.factor);
        while reach <= self.most && last < 30 {
            last += 1;
            reach = reach.saturating_mul(self.factor);
        }
        let brackets = u64::from(last) + 1;
        let share = |s: u32| {
            let trials = brackets.saturating_mul(self.factor.saturating_pow(s));
            trials.div_ceil(u64::from(s) + 1)
        };
        (0..=last).rev().map(share).collect()
    }

    /// The bracket of a trial.
    pub(super) fn bracket(&self, seed: Seed, number: u64) -> usize {
        let shares = self.brackets();
        let total: u64 = shares.iter().sum();
        // A place of its own below the seed: samplers take the trial's number itself.
        let mut place = (seed.at(u64::MAX).uniform(number) * total as f64) as u64;
        for (bracket, share) in shares.iter().enumerate() {
            if place < *share {
                return bracket;
            }
            place -= share;
        }
        shares.len() - 1
    }

    /// `bracket`: the bracket of the trial of a number.
    pub(super) fn prunes(&self, progress: &Progress<'_>, bracket: impl Fn(u64) -> usize) -> bool {
        let own = bracket(progress.number);
        let halving = Halving { resource: self.resource, factor: self.factor, late: own as u32 };
        halving.prunes(progress, |number| bracket(number) == own)
    }
}
