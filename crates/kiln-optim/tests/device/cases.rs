//! The cases of `tests/golden/optimisers.py`, with the same settings as there.

use kiln_core::ParamSelection;
use kiln_optim::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AdjustLr, AsgdConfig, GroupConfig, LambConfig, LionConfig, LookaheadConfig, MuonConfig, NadamConfig,
    OptimConfig, OptimizerConfig, RadamConfig, RmspropConfig, SamConfig, ScheduleFreeAdamwConfig,
    ScheduleFreeSgdConfig, SgdConfig,
};

/// The cases of bare rules.
pub(crate) fn cases() -> Vec<(&'static str, OptimConfig)> {
    let sgd = || SgdConfig { lr: 0.1, ..Default::default() };
    let momentum = || SgdConfig { momentum: 0.9, ..sgd() };
    let adam = || AdamConfig { lr: 0.05, ..Default::default() };
    let adamw = || AdamwConfig { lr: 0.05, ..Default::default() };
    let rmsprop = |lr| RmspropConfig { lr, ..Default::default() };
    vec![
        ("sgd", OptimConfig::Sgd(sgd())),
        ("sgd-decay", OptimConfig::Sgd(SgdConfig { weight_decay: 0.01, ..sgd() })),
        ("momentum", OptimConfig::Sgd(momentum())),
        ("dampening", OptimConfig::Sgd(SgdConfig { dampening: 0.3, weight_decay: 0.01, ..momentum() })),
        ("nesterov", OptimConfig::Sgd(SgdConfig { nesterov: true, weight_decay: 0.01, ..momentum() })),
        ("adam", OptimConfig::Adam(adam())),
        (
            "adam-options",
            OptimConfig::Adam(AdamConfig { betas: [0.8, 0.95], eps: 1e-6, weight_decay: 0.02, ..adam() }),
        ),
        ("amsgrad", OptimConfig::Adam(AdamConfig { betas: [0.9, 0.5], amsgrad: true, ..adam() })),
        ("adamw", OptimConfig::Adamw(AdamwConfig { weight_decay: 0.1, ..adamw() })),
        ("adamw-amsgrad", OptimConfig::Adamw(AdamwConfig { betas: [0.9, 0.5], amsgrad: true, ..adamw() })),
        ("adamw-weights", OptimConfig::Adamw(AdamwConfig { decay_all: false, ..adamw() })),
        ("rmsprop", OptimConfig::Rmsprop(rmsprop(0.02))),
        (
            "rmsprop-decay",
            OptimConfig::Rmsprop(RmspropConfig {
                weight_decay: 0.05,
                alpha: 0.95,
                eps: 0.1,
                ..rmsprop(0.02)
            }),
        ),
        ("rmsprop-momentum", OptimConfig::Rmsprop(RmspropConfig { momentum: 0.8, ..rmsprop(0.01) })),
        ("rmsprop-centered", OptimConfig::Rmsprop(RmspropConfig { centered: true, ..rmsprop(0.01) })),
        (
            "rmsprop-all",
            OptimConfig::Rmsprop(RmspropConfig {
                momentum: 0.8,
                centered: true,
                weight_decay: 0.05,
                ..rmsprop(0.01)
            }),
        ),
    ]
    .into_iter()
    .chain(more_cases())
    .collect()
}

/// All golden cases: those of the rules, and those of what is around a rule.
pub(crate) fn whole_cases() -> Vec<(&'static str, OptimizerConfig)> {
    let adam = OptimConfig::Adam(AdamConfig { lr: 0.05, ..Default::default() });
    let adamw = OptimConfig::Adamw(AdamwConfig { lr: 0.05, ..Default::default() });
    let momentum = OptimConfig::Sgd(SgdConfig { lr: 0.1, momentum: 0.9, ..Default::default() });
    let with = |rule: &OptimConfig| OptimizerConfig::from(rule.clone());
    let group = |params, lr_factor, decay| GroupConfig { params, lr_factor, weight_decay: Some(decay) };
    let groups = vec![
        group(ParamSelection::Paths(vec!["weight".to_owned()]), 0.3, 0.2),
        group(ParamSelection::Biases, 2.0, 0.0),
    ];
    let sam = |rho, adaptive| Some(SamConfig { rho, adaptive });
    let lookahead = |k, alpha| Some(LookaheadConfig { k, alpha });
    let around = vec![
        ("groups", OptimizerConfig { group: groups, ..with(&adamw) }),
        ("lookahead", OptimizerConfig { lookahead: lookahead(6, 0.5), ..with(&adam) }),
        ("lookahead-options", OptimizerConfig { lookahead: lookahead(5, 0.8), ..with(&momentum) }),
        ("sam", OptimizerConfig { sam: sam(0.05, false), ..with(&momentum) }),
        ("sam-adaptive", OptimizerConfig { sam: sam(0.5, true), ..with(&adamw) }),
    ];
    cases().into_iter().map(|(name, rule)| (name, rule.into())).chain(around).collect()
}

/// Those of the newer optimisers.
fn more_cases() -> Vec<(&'static str, OptimConfig)> {
    let nadam = || NadamConfig { lr: 0.01, ..Default::default() };
    let radam = || RadamConfig { lr: 0.05, ..Default::default() };
    let adamax = || AdamaxConfig { lr: 0.05, ..Default::default() };
    let adagrad = || AdagradConfig { lr: 0.2, ..Default::default() };
    let lamb = || LambConfig { lr: 0.02, ..Default::default() };
    let lion = || LionConfig { lr: 0.01, ..Default::default() };
    let adan = || AdanConfig { lr: 0.05, ..Default::default() };
    let muon = || MuonConfig { lr: 0.05, ..Default::default() };
    let asgd = || AsgdConfig { lr: 0.1, ..Default::default() };
    let sgd = || ScheduleFreeSgdConfig { lr: 0.5, ..Default::default() };
    let adamw = || ScheduleFreeAdamwConfig { lr: 0.05, ..Default::default() };
    let short = [0.8, 0.95];
    vec![
        ("nadam", OptimConfig::Nadam(nadam())),
        (
            "nadam-coupled",
            OptimConfig::Nadam(NadamConfig {
                lr: 0.05,
                betas: short,
                eps: 1e-6,
                weight_decay: 0.02,
                ..nadam()
            }),
        ),
        (
            "nadam-decoupled",
            OptimConfig::Nadam(NadamConfig {
                eps: 1e-4,
                momentum_decay: 0.02,
                weight_decay: 0.1,
                decoupled: true,
                ..nadam()
            }),
        ),
        ("radam", OptimConfig::Radam(radam())),
        (
            "radam-coupled",
            OptimConfig::Radam(RadamConfig { betas: short, eps: 1e-4, weight_decay: 0.02, ..radam() }),
        ),
        (
            "radam-decoupled",
            OptimConfig::Radam(RadamConfig {
                betas: [0.9, 0.9],
                weight_decay: 0.1,
                decoupled: true,
                ..radam()
            }),
        ),
        ("adamax", OptimConfig::Adamax(adamax())),
        (
            "adamax-options",
            OptimConfig::Adamax(AdamaxConfig { betas: short, eps: 1e-3, weight_decay: 0.02, ..adamax() }),
        ),
        ("adagrad", OptimConfig::Adagrad(adagrad())),
        (
            "adagrad-options",
            OptimConfig::Adagrad(AdagradConfig {
                lr_decay: 0.01,
                weight_decay: 0.02,
                initial_accumulator_value: 0.1,
                eps: 1e-4,
                ..adagrad()
            }),
        ),
        ("adadelta", OptimConfig::Adadelta(AdadeltaConfig::default())),
        (
            "adadelta-options",
            OptimConfig::Adadelta(AdadeltaConfig {
                lr: 2.0,
                rho: 0.95,
                eps: 1e-3,
                weight_decay: 0.02,
                decay_all: true,
            }),
        ),
        ("adafactor", OptimConfig::Adafactor(AdafactorConfig::default())),
        (
            "adafactor-options",
            OptimConfig::Adafactor(AdafactorConfig {
                lr: 0.1,
                beta2_decay: -0.5,
                eps1: Some(1e-3),
                eps2: 1e-2,
                d: 1.5,
                weight_decay: 0.1,
                decay_all: true,
            }),
        ),
        ("lamb", OptimConfig::Lamb(lamb())),
        ("lamb-plain", OptimConfig::Lamb(LambConfig { weight_decay: 0.0, ..lamb() })),
        (
            "lamb-options",
            OptimConfig::Lamb(LambConfig {
                betas: short,
                eps: 1e-3,
                weight_decay: 0.0,
                trust_clip: true,
                always_adapt: true,
                ..lamb()
            }),
        ),
        ("lion", OptimConfig::Lion(lion())),
        ("lion-options", OptimConfig::Lion(LionConfig { betas: short, weight_decay: 0.1, ..lion() })),
        ("adan", OptimConfig::Adan(adan())),
        (
            "adan-options",
            OptimConfig::Adan(AdanConfig { betas: [0.9, 0.8, 0.95], eps: 1e-3, weight_decay: 0.1, ..adan() }),
        ),
        ("adan-no-prox", OptimConfig::Adan(AdanConfig { weight_decay: 0.1, no_prox: true, ..adan() })),
        ("muon", OptimConfig::Muon(muon())),
        (
            "muon-options",
            OptimConfig::Muon(MuonConfig {
                lr: 0.02,
                weight_decay: 0.0,
                momentum: 0.8,
                nesterov: false,
                ns_steps: 3,
                ns_coefficients: [2.0, -1.5, 0.5],
                adjust_lr_fn: AdjustLr::MatchRmsAdamw,
                ..muon()
            }),
        ),
        (
            "muon-spectral",
            OptimConfig::Muon(MuonConfig { adjust_lr_fn: AdjustLr::SpectralUnclamped, ..muon() }),
        ),
        ("asgd", OptimConfig::Asgd(AsgdConfig { t0: 20.0, ..asgd() })),
        (
            "asgd-options",
            OptimConfig::Asgd(AsgdConfig { lambd: 0.05, alpha: 0.5, t0: 0.0, weight_decay: 0.02, ..asgd() }),
        ),
        ("asgd-default", OptimConfig::Asgd(AsgdConfig::default())),
        ("schedule-free-sgd", OptimConfig::ScheduleFreeSgd(sgd())),
        (
            "schedule-free-sgd-options",
            OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig {
                momentum: 0.7,
                weight_decay: 0.02,
                r: 1.0,
                weight_lr_power: 1.0,
                ..sgd()
            }),
        ),
        ("schedule-free-adamw", OptimConfig::ScheduleFreeAdamw(adamw())),
        (
            "schedule-free-adamw-options",
            OptimConfig::ScheduleFreeAdamw(ScheduleFreeAdamwConfig {
                betas: short,
                eps: 1e-2,
                weight_decay: 0.1,
                r: 0.5,
                ..adamw()
            }),
        ),
    ]
}
