//! Which values a trial tries.

mod joe_kuo;
mod random;
mod sobol;
mod tpe;
mod view;

use kiln_core::Purpose;
use serde::{Deserialize, Serialize};

pub use tpe::Tpe;
pub(crate) use view::View;

use super::error::SearchError;
use super::space::{Assignment, Space};
use random::random;

/// How the values of a trial are chosen. A sampler keeps nothing between two trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sampler {
    /// Every combination once, the last setting fastest. Settings without a finite number of values get `points`
    /// of them.
    Grid {
        /// At least 2; default 5.
        points: usize,
    },
    /// Independent draws.
    Random,
    /// Points of a Sobol sequence, which fill the space more evenly than independent draws do.
    Sobol {
        /// Owen's scrambling, seeded by the study; without it, every study has the same points. Default true.
        scramble: bool,
    },
    /// The tree-structured Parzen estimator, with Optuna's defaults.
    Tpe(Tpe),
}

impl Sampler {
    /// Checks the settings against a space.
    ///
    /// # Errors
    /// A number out of its range, a grid that is too large, more settings than the Sobol sequence has dimensions.
    pub(crate) fn check(&self, space: &Space) -> Result<(), SearchError> {
        match self {
            Self::Grid { points } => {
                kiln_core::check::at_least("points", *points, 2)?;
                space.grid(*points).map(|_| ())
            }
            Self::Random => Ok(()),
            Self::Sobol { .. } if space.parameters().len() > joe_kuo::DIMENSIONS => {
                let found = space.parameters().len();
                Err(SearchError::Dimensions { limit: joe_kuo::DIMENSIONS, found })
            }
            Self::Sobol { .. } => Ok(()),
            Self::Tpe(tpe) => tpe.check(),
        }
    }

    /// How many trials there are at most.
    pub(crate) fn trials(&self, space: &Space) -> Option<u64> {
        match self {
            Self::Grid { points } => space.grid(*points).ok().map(|points| points.len() as u64),
            _ => None,
        }
    }

    /// The values of a trial: a function of `view` alone.
    pub(crate) fn suggest(&self, view: &View<'_>) -> Assignment {
        let seed = view.seed.purpose(Purpose::Search);
        match self {
            Self::Grid { points } => {
                let points = view.space.grid(*points).unwrap_or_default();
                points.into_iter().nth(view.number as usize).unwrap_or_default()
            }
            Self::Random => random(view.space, seed.at(view.number)),
            Self::Sobol { scramble } => {
                let scramble = scramble.then_some(seed);
                view.space.assign(|place, parameter| {
                    parameter.domain.at(sobol::coordinate(view.number, place, scramble))
                })
            }
            Self::Tpe(tpe) => tpe.suggest(view, seed.at(view.number)),
        }
    }
}

#[cfg(test)]
mod tests;
