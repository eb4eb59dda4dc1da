//! From a configuration to its rule.

use kiln_core::{NumberError, Range};

use super::adadelta::Adadelta;
use super::adafactor::Adafactor;
use super::adagrad::Adagrad;
use super::adam::Adam;
use super::adamax::Adamax;
use super::adan::Adan;
use super::asgd::Asgd;
use super::lamb::Lamb;
use super::lion::Lion;
use super::muon::Muon;
use super::nadam::Nadam;
use super::radam::Radam;
use super::rmsprop::Rmsprop;
use super::schedule_free::ScheduleFree;
use super::sgd::Sgd;
use crate::{OptimConfig, OptimError, Rule};

/// The rule for a configuration.
pub(crate) fn build(config: &OptimConfig) -> Result<Box<dyn Rule>, OptimError> {
    check("lr", config.lr(), Range::at_least(0.0))?;
    check("weight_decay", config.weight_decay(), Range::at_least(0.0))?;
    Ok(match config {
        OptimConfig::Sgd(config) => Box::new(Sgd::new(config)?),
        OptimConfig::Asgd(config) => Box::new(Asgd::new(config)?),
        OptimConfig::Adam(config) => Box::new(Adam::coupled(config)?),
        OptimConfig::Adamw(config) => Box::new(Adam::decoupled(config)?),
        OptimConfig::Nadam(config) => Box::new(Nadam::new(config)?),
        OptimConfig::Radam(config) => Box::new(Radam::new(config)?),
        OptimConfig::Adamax(config) => Box::new(Adamax::new(config)?),
        OptimConfig::Rmsprop(config) => Box::new(Rmsprop::new(config)?),
        OptimConfig::Adagrad(config) => Box::new(Adagrad::new(config)?),
        OptimConfig::Adadelta(config) => Box::new(Adadelta::new(config)?),
        OptimConfig::Adafactor(config) => Box::new(Adafactor::new(config)?),
        OptimConfig::Lamb(config) => Box::new(Lamb::new(config)?),
        OptimConfig::Lion(config) => Box::new(Lion::new(config)?),
        OptimConfig::Adan(config) => Box::new(Adan::new(config)?),
        OptimConfig::Muon(config) => Box::new(Muon::new(config)?),
        OptimConfig::ScheduleFreeSgd(config) => Box::new(ScheduleFree::sgd(config)?),
        OptimConfig::ScheduleFreeAdamw(config) => Box::new(ScheduleFree::adamw(config)?),
    })
}

/// Checks the setting `optim.<key>`.
pub(crate) fn check(key: &str, value: f64, range: Range) -> Result<f64, NumberError> {
    range.check(&format!("optim.{key}"), value)
}

/// Checks decay rates, each `[0, 1)`.
pub(super) fn betas<const N: usize>(betas: [f64; N]) -> Result<[f64; N], NumberError> {
    for (index, beta) in betas.into_iter().enumerate() {
        check(&format!("betas[{index}]"), beta, Range::BELOW_ONE)?;
    }
    Ok(betas)
}
