//! Which trials are given up before their end.

mod halving;
mod hyperband;
mod median;
mod progress;

use kiln_core::Purpose;
use serde::{Deserialize, Serialize};

pub use halving::Halving;
pub use hyperband::Hyperband;
pub use median::Median;
pub(crate) use progress::Progress;

use super::error::SearchError;

/// Which trials are given up before their end. A pruner keeps nothing between two questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Pruner {
    /// No trial is given up.
    None,
    /// Those whose best value so far is worse than the median of the others at the same step.
    Median(Median),
    /// Asynchronous successive halving.
    Asha(Halving),
    /// Brackets of successive halving that begin later and later.
    Hyperband(Hyperband),
}

impl Pruner {
    /// Checks the settings.
    ///
    /// # Errors
    /// A number out of its range.
    pub(crate) fn check(&self) -> Result<(), SearchError> {
        match self {
            Self::None => Ok(()),
            Self::Median(median) => median.check(),
            Self::Asha(halving) => halving.check(),
            Self::Hyperband(hyperband) => hyperband.check(),
        }
    }

    /// Whether to give the trial up after its newest report: a function of `progress` alone.
    pub(crate) fn prunes(&self, progress: &Progress<'_>) -> bool {
        match self {
            Self::None => false,
            Self::Median(median) => median.prunes(progress),
            Self::Asha(halving) => halving.prunes(progress, |_| true),
            Self::Hyperband(hyperband) => hyperband
                .prunes(progress, |number| hyperband.bracket(progress.seed.purpose(Purpose::Search), number)),
        }
    }
}

#[cfg(test)]
mod tests;
