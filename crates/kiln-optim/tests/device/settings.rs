//! Settings out of their range, each with its key.

use kiln_core::{ErrorKind, Explain};
use kiln_optim::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AsgdConfig, LambConfig, LionConfig, MuonConfig, NadamConfig, OptimConfig, Optimizer, RadamConfig,
    RmspropConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig, SgdConfig,
};

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
fn each_setting_of_the_newer_ones_is_checked_too() {
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        refused(OptimConfig::Asgd(AsgdConfig { lambd: bad, ..Default::default() }), "lambd");
        refused(OptimConfig::Asgd(AsgdConfig { alpha: bad, ..Default::default() }), "alpha");
        refused(OptimConfig::Asgd(AsgdConfig { t0: bad, ..Default::default() }), "t0");
        refused(
            OptimConfig::Nadam(NadamConfig { momentum_decay: bad, ..Default::default() }),
            "momentum_decay",
        );
        refused(OptimConfig::Nadam(NadamConfig { betas: [0.9, bad], ..Default::default() }), "betas[1]");
        refused(OptimConfig::Radam(RadamConfig { eps: bad, ..Default::default() }), "eps");
        refused(OptimConfig::Adamax(AdamaxConfig { betas: [bad, 0.9], ..Default::default() }), "betas[0]");
        refused(OptimConfig::Adagrad(AdagradConfig { lr_decay: bad, ..Default::default() }), "lr_decay");
        let initial = AdagradConfig { initial_accumulator_value: bad, ..Default::default() };
        refused(OptimConfig::Adagrad(initial), "initial_accumulator_value");
        refused(OptimConfig::Adadelta(AdadeltaConfig { rho: bad, ..Default::default() }), "rho");
        refused(OptimConfig::Adafactor(AdafactorConfig { eps1: Some(bad), ..Default::default() }), "eps1");
        refused(OptimConfig::Adafactor(AdafactorConfig { eps2: bad, ..Default::default() }), "eps2");
        refused(OptimConfig::Adafactor(AdafactorConfig { d: bad, ..Default::default() }), "d");
        refused(OptimConfig::Lamb(LambConfig { weight_decay: bad, ..Default::default() }), "weight_decay");
        refused(OptimConfig::Lion(LionConfig { betas: [0.9, bad], ..Default::default() }), "betas[1]");
        refused(OptimConfig::Adan(AdanConfig { betas: [0.9, 0.9, bad], ..Default::default() }), "betas[2]");
        refused(OptimConfig::Muon(MuonConfig { momentum: bad, ..Default::default() }), "momentum");
        refused(OptimConfig::Muon(MuonConfig { adamw_lr: Some(bad), ..Default::default() }), "adamw_lr");
        let sgd = ScheduleFreeSgdConfig { momentum: bad, ..Default::default() };
        refused(OptimConfig::ScheduleFreeSgd(sgd), "momentum");
        let adamw = ScheduleFreeAdamwConfig { weight_lr_power: bad, ..Default::default() };
        refused(OptimConfig::ScheduleFreeAdamw(adamw), "weight_lr_power");
    }
    refused(
        OptimConfig::Adafactor(AdafactorConfig { beta2_decay: 0.1, ..Default::default() }),
        "beta2_decay",
    );
    refused(OptimConfig::Adafactor(AdafactorConfig { d: 0.5, ..Default::default() }), "d");
    refused(OptimConfig::Muon(MuonConfig { ns_steps: 100, ..Default::default() }), "ns_steps");
    let coefficients = MuonConfig { ns_coefficients: [1.0, f64::NAN, 1.0], ..Default::default() };
    refused(OptimConfig::Muon(coefficients), "ns_coefficients[1]");
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
    assert_eq!(parse("schedule-free-sgd"), OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig::default()));
    assert_eq!(parse("muon"), OptimConfig::Muon(MuonConfig::default()));
}
