//! Which values a trial tries.

mod grid;
mod joe_kuo;
mod sobol;
mod tpe;

use kiln_core::{Purpose, Seed};
use serde::{Deserialize, Serialize};

pub use grid::GRID_LIMIT;
pub(super) use grid::points as grid_points;
pub use tpe::Tpe;

use super::error::SearchError;
use super::space::{Assignment, Space};
use super::trial::{Direction, Trial};

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

/// What a sampler may look at.
pub(crate) struct View<'a> {
    pub(crate) space: &'a Space,
    pub(crate) direction: Direction,
    pub(crate) seed: Seed,
    /// The trial to choose for, from 0.
    pub(crate) number: u64,
    /// The trials whose results it may see, by number.
    pub(crate) seen: &'a [&'a Trial],
    /// The values of the trials between those and this one, which may still be running.
    pub(crate) running: &'a [Assignment],
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
                grid::points(space, *points).map(|_| ())
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
            Self::Grid { points } => grid::points(space, *points).ok().map(|points| points.len() as u64),
            _ => None,
        }
    }

    /// The values of a trial: a function of `view` alone.
    pub(crate) fn suggest(&self, view: &View<'_>) -> Assignment {
        let seed = view.seed.purpose(Purpose::Search);
        match self {
            Self::Grid { points } => {
                let points = grid::points(view.space, *points).unwrap_or_default();
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

/// One draw for each setting, whichever of them are set: a condition that changes moves no other draw.
fn random(space: &Space, seed: Seed) -> Assignment {
    space.assign(|place, parameter| parameter.domain.at(seed.uniform(place as u64)))
}

#[cfg(test)]
mod tests;
