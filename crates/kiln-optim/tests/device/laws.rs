//! Every optimiser keeps the laws of the conformance suite.

use kiln_optim::{LookaheadConfig, OptimConfig, OptimizerConfig};
use kiln_testkit::{Decay, check_optimizer};

use crate::trajectories::whole_cases;

/// What weight decay is to each of them.
fn decay(config: &OptimConfig) -> Decay {
    let either = |decoupled| if decoupled { Decay::Decoupled } else { Decay::Coupled };
    match config {
        OptimConfig::Sgd(config) => either(config.decoupled),
        OptimConfig::Nadam(config) => either(config.decoupled),
        OptimConfig::Radam(config) => either(config.decoupled),
        // λ shrinks the weights besides.
        OptimConfig::Adam(_)
        | OptimConfig::Asgd(_)
        | OptimConfig::Adamax(_)
        | OptimConfig::Rmsprop(_)
        | OptimConfig::Adagrad(_)
        | OptimConfig::Adadelta(_)
        | OptimConfig::ScheduleFreeSgd(_) => Decay::Coupled,
        OptimConfig::Adamw(_)
        | OptimConfig::Adafactor(_)
        | OptimConfig::Lion(_)
        | OptimConfig::Muon(_)
        | OptimConfig::ScheduleFreeAdamw(_) => Decay::Decoupled,
        OptimConfig::Adan(config) => {
            if config.no_prox {
                Decay::Decoupled
            } else {
                Decay::Proximal
            }
        }
        OptimConfig::Lamb(_) => Decay::Own,
    }
}

#[test]
fn every_optimiser_keeps_the_laws() {
    for (name, config) in whole_cases() {
        check_optimizer(name, &config, decay(&config.rule));
    }
}

#[test]
fn so_does_lookahead_around_others() {
    for name in ["nesterov", "amsgrad", "adafactor", "muon"] {
        let (_, config) = whole_cases().into_iter().find(|(other, _)| *other == name).unwrap();
        let lookahead = Some(LookaheadConfig { k: 2, alpha: 0.5 });
        check_optimizer(name, &OptimizerConfig { lookahead, ..config.clone() }, decay(&config.rule));
    }
}
