//! How a search chooses values.

use clap::ValueEnum;
use kiln_validate::search::{Sampler, Tpe};

/// How values are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SamplerName {
    /// The tree-structured Parzen estimator, which learns from the trials so far
    #[default]
    Tpe,
    /// Independent draws
    Random,
    /// A scrambled Sobol sequence
    Sobol,
    /// Every combination; five values of a space without an end
    Grid,
}

impl SamplerName {
    /// The sampler with its defaults.
    pub(crate) fn sampler(self) -> Sampler {
        match self {
            Self::Tpe => Sampler::Tpe(Tpe::default()),
            Self::Random => Sampler::Random,
            Self::Sobol => Sampler::Sobol { scramble: true },
            Self::Grid => Sampler::Grid { points: 5 },
        }
    }
}
