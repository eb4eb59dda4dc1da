//! Every optimiser keeps the laws of the conformance suite.

use kiln_optim::{LookaheadConfig, OptimConfig, OptimizerConfig};
use kiln_testkit::{check_optimizer, device_name, few};

use crate::cases::whole_cases;

#[test]
fn every_optimiser_keeps_the_laws() {
    let cases = whole_cases();
    for kind in OptimConfig::NAMES {
        assert!(cases.iter().any(|(_, config)| config.rule.name() == *kind), "{kind} has no golden case");
    }
    // In software a GPU has time for some: a rule without and with memory, with two moments, with factors, with products of matrices. The
    // steps of all are compared with their references on every device.
    for (name, config) in cases {
        if device_name().is_cpu() || ["sgd", "nesterov", "adamw", "adafactor", "muon"].contains(&name) {
            check_optimizer(name, &config);
        }
    }
}

#[test]
fn so_does_lookahead_around_others() {
    for &name in few(&["nesterov", "muon", "amsgrad", "adafactor"]) {
        let (_, config) = whole_cases().into_iter().find(|(other, _)| *other == name).unwrap();
        let lookahead = Some(LookaheadConfig { k: 2, alpha: 0.5 });
        check_optimizer(name, &OptimizerConfig { lookahead, ..config });
    }
}
