//! Settings out of their range, each with its key.

use kiln_core::{ErrorKind, Explain};
use kiln_optim::{AdamConfig, AdamwConfig, OptimConfig, Optimizer, RmspropConfig, SgdConfig};

fn refused(config: OptimConfig, key: &str) {
    let error = Optimizer::new(&config).unwrap_err();
    assert!(error.to_string().starts_with(&format!("optim.{key} is ")), "{error}");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn each_setting_is_checked() {
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        refused(OptimConfig::Sgd(SgdConfig { lr: bad, ..Default::default() }), "lr");
        refused(OptimConfig::Sgd(SgdConfig { momentum: bad, ..Default::default() }), "momentum");
        refused(OptimConfig::Sgd(SgdConfig { dampening: bad, ..Default::default() }), "dampening");
        refused(OptimConfig::Sgd(SgdConfig { weight_decay: bad, ..Default::default() }), "weight_decay");
        refused(OptimConfig::Adam(AdamConfig { lr: bad, ..Default::default() }), "lr");
        refused(OptimConfig::Adam(AdamConfig { betas: [bad, 0.9], ..Default::default() }), "betas[0]");
        refused(OptimConfig::Adam(AdamConfig { betas: [0.9, bad], ..Default::default() }), "betas[1]");
        refused(OptimConfig::Adam(AdamConfig { eps: bad, ..Default::default() }), "eps");
        refused(OptimConfig::Adamw(AdamwConfig { lr: bad, ..Default::default() }), "lr");
        refused(OptimConfig::Adamw(AdamwConfig { weight_decay: bad, ..Default::default() }), "weight_decay");
        refused(OptimConfig::Rmsprop(RmspropConfig { lr: bad, ..Default::default() }), "lr");
        refused(OptimConfig::Rmsprop(RmspropConfig { alpha: bad, ..Default::default() }), "alpha");
        refused(OptimConfig::Rmsprop(RmspropConfig { momentum: bad, ..Default::default() }), "momentum");
        refused(OptimConfig::Rmsprop(RmspropConfig { eps: bad, ..Default::default() }), "eps");
    }
    refused(OptimConfig::Adam(AdamConfig { eps: 0.0, ..Default::default() }), "eps");
    refused(OptimConfig::Adam(AdamConfig { betas: [1.0, 0.9], ..Default::default() }), "betas[0]");
}

#[test]
fn nesterov_needs_momentum_and_no_dampening() {
    for (momentum, dampening) in [(0.0, 0.0), (0.9, 0.1)] {
        let config = SgdConfig { nesterov: true, momentum, dampening, ..Default::default() };
        let error = Optimizer::new(&OptimConfig::Sgd(config)).unwrap_err();
        assert!(error.to_string().contains(&format!("momentum is {momentum} and dampening {dampening}")));
    }
}

#[test]
fn defaults_are_the_ones_of_an_empty_section() {
    let parse =
        |kind: &str| -> OptimConfig { serde_json::from_str(&format!("{{\"kind\": {kind:?}}}")).unwrap() };
    assert_eq!(parse("sgd"), OptimConfig::Sgd(SgdConfig::default()));
    assert_eq!(parse("adam"), OptimConfig::Adam(AdamConfig::default()));
    assert_eq!(parse("adamw"), OptimConfig::Adamw(AdamwConfig::default()));
    assert_eq!(parse("rmsprop"), OptimConfig::Rmsprop(RmspropConfig::default()));
}
