//! From the configuration of a penalty, checked, to the penalty.

use kiln_core::{NumberError, ParamSelection, Range, check};
use kiln_optim::ScheduleConfig;

use super::{CumulativeL1, ElasticNet, GroupLasso, L1, L2, Orthogonal, Penalty, Spectral};
use crate::{PenaltyConfig, Units};

impl PenaltyConfig {
    /// The penalty on parameters, its settings checked; `None` for one on what a batch does
    /// ([`BatchPenalties`](crate::BatchPenalties)). `key` is its name in the configuration, `penalty.0`.
    ///
    /// | setting | range |
    /// |---|---|
    /// | `strength` | at least 0 |
    /// | `l1_ratio` | [0, 1] |
    /// | `iterations` | at least 1 |
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn build(&self, key: &str) -> Result<Option<Box<dyn Penalty>>, NumberError> {
        let name = |setting: &str| format!("{key}.{setting}");
        let strength = Range::at_least(0.0).check(&name("strength"), self.strength())?;
        Ok(Some(match self {
            Self::L1(_) => Box::new(L1 { strength }),
            Self::CumulativeL1(_) => Box::new(CumulativeL1 { strength }),
            Self::L2(_) => Box::new(L2 { strength }),
            Self::ElasticNet(config) => {
                let l1_ratio = Range::UNIT.check(&name("l1_ratio"), config.l1_ratio)?;
                Box::new(ElasticNet { strength, l1_ratio })
            }
            Self::GroupLasso(config) => {
                Box::new(GroupLasso { strength, units: config.units, weighted: true })
            }
            Self::L21(_) => Box::new(GroupLasso { strength, units: Units::Input, weighted: false }),
            Self::Orthogonal(_) => Box::new(Orthogonal { strength }),
            Self::Spectral(config) => {
                check::at_least(&name("iterations"), config.iterations, 1)?;
                Box::new(Spectral { strength, iterations: config.iterations })
            }
            Self::Activity(_) | Self::InputGradient(_) | Self::Jacobian(_) => return Ok(None),
        }))
    }

    /// λ, before any schedule.
    pub fn strength(&self) -> f64 {
        match self {
            Self::L1(config) | Self::L2(config) | Self::L21(config) => config.strength,
            Self::ElasticNet(config) => config.strength,
            Self::GroupLasso(config) => config.strength,
            Self::Orthogonal(config) | Self::CumulativeL1(config) => config.strength,
            Self::Spectral(config) => config.strength,
            Self::Activity(config) => config.strength,
            Self::InputGradient(config) => config.strength,
            Self::Jacobian(config) => config.strength,
        }
    }

    /// How λ changes over the run.
    pub fn schedule(&self) -> Option<&ScheduleConfig> {
        match self {
            Self::L1(config) | Self::L2(config) | Self::L21(config) => &config.schedule,
            Self::ElasticNet(config) => &config.schedule,
            Self::GroupLasso(config) => &config.schedule,
            Self::Orthogonal(config) | Self::CumulativeL1(config) => &config.schedule,
            Self::Spectral(config) => &config.schedule,
            Self::Activity(config) => &config.schedule,
            Self::InputGradient(config) => &config.schedule,
            Self::Jacobian(config) => &config.schedule,
        }
        .as_ref()
    }

    /// The parameters it acts on; `None` for a penalty on what a batch does.
    pub fn params(&self) -> Option<&ParamSelection> {
        Some(match self {
            Self::L1(config) | Self::L2(config) | Self::L21(config) => &config.params,
            Self::ElasticNet(config) => &config.params,
            Self::GroupLasso(config) => &config.params,
            Self::Orthogonal(config) | Self::CumulativeL1(config) => &config.params,
            Self::Spectral(config) => &config.params,
            Self::Activity(_) | Self::InputGradient(_) | Self::Jacobian(_) => return None,
        })
    }

    /// Whether it acts by a proximal step instead of the gradient.
    pub fn proximal(&self) -> bool {
        match self {
            Self::L1(config) | Self::L2(config) | Self::L21(config) => config.proximal,
            Self::ElasticNet(config) => config.proximal,
            Self::GroupLasso(config) => config.proximal,
            Self::CumulativeL1(_) => true,
            _ => false,
        }
    }

    /// Whether weights that it acts on can become exactly zero: a proximal step of a norm that has a corner there.
    pub fn makes_zeros(&self) -> bool {
        self.proximal()
            && self.strength() > 0.0
            && match self {
                Self::L2(_) => false,
                Self::ElasticNet(config) => config.l1_ratio > 0.0,
                _ => true,
            }
    }
}
