//! Parameter groups and what is around a rule: which parameters, and what is refused.

use burn::tensor::DType;
use kiln_core::{ErrorKind, Explain, ParamSelection, params};
use kiln_optim::{
    AsgdConfig, GroupConfig, LookaheadConfig, OptimConfig, OptimError, Optimizer, OptimizerConfig, SamConfig,
    ScheduleFreeSgdConfig, SgdConfig,
};

use crate::common::Problem;

fn sgd() -> OptimizerConfig {
    OptimConfig::Sgd(SgdConfig::default()).into()
}

fn group(params: ParamSelection) -> GroupConfig {
    GroupConfig { params, lr_factor: 0.5, weight_decay: None }
}

#[test]
fn a_parameter_belongs_to_the_first_group_that_it_matches() {
    let (_, model) = Problem::new(DType::F32);
    let biases = GroupConfig { lr_factor: 3.0, weight_decay: Some(0.25), ..group(ParamSelection::Biases) };
    let config = OptimizerConfig { group: vec![biases, group(ParamSelection::All)], ..sgd() };
    let groups = Optimizer::build(&config, &params::list(&model)).unwrap().groups();
    assert_eq!((groups.lr_factor("bias"), groups.weight_decay("bias")), (3.0, Some(0.25)));
    assert_eq!((groups.lr_factor("weight"), groups.weight_decay("weight")), (0.5, None));
    assert_eq!((groups.lr_factor("other"), groups.weight_decay("other")), (1.0, None));
}

#[test]
fn a_group_that_matches_nothing_is_refused() {
    let (_, model) = Problem::new(DType::F32);
    let typo = group(ParamSelection::Paths(vec!["wieght".to_owned()]));
    let config = OptimizerConfig { group: vec![group(ParamSelection::Weights), typo], ..sgd() };
    let error = Optimizer::build(&config, &params::list(&model)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "optim.group[1] matches no trainable parameter that an earlier group does not have: [\"wieght\"]"
    );
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(error.help().as_deref(), Some("the parameters are weight, bias"));
    // Nor is one that comes too late.
    let config =
        OptimizerConfig { group: vec![group(ParamSelection::All), group(ParamSelection::Biases)], ..sgd() };
    let error = Optimizer::build(&config, &params::list(&model)).unwrap_err();
    assert!(matches!(error, OptimError::Group { index: 1, .. }));
}

#[test]
fn numbers_out_of_range_are_refused_with_their_key() {
    let refused = |config: OptimizerConfig, key: &str| {
        let error = config.check().unwrap_err();
        assert!(error.to_string().starts_with(&format!("optim.{key} is ")), "{error}");
    };
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        refused(OptimizerConfig { layer_decay: Some(bad), ..sgd() }, "layer_decay");
        let factor = GroupConfig { lr_factor: bad, ..group(ParamSelection::All) };
        refused(OptimizerConfig { group: vec![factor], ..sgd() }, "group[0].lr_factor");
        let decay = GroupConfig { weight_decay: Some(bad), ..group(ParamSelection::All) };
        refused(OptimizerConfig { group: vec![decay], ..sgd() }, "group[0].weight_decay");
        refused(OptimizerConfig { sam: Some(SamConfig { rho: bad, adaptive: false }), ..sgd() }, "sam.rho");
        let alpha = LookaheadConfig { alpha: bad, ..Default::default() };
        refused(OptimizerConfig { lookahead: Some(alpha), ..sgd() }, "lookahead.alpha");
    }
    refused(OptimizerConfig { layer_decay: Some(0.0), ..sgd() }, "layer_decay");
    refused(OptimizerConfig { layer_decay: Some(1.1), ..sgd() }, "layer_decay");
    let never = LookaheadConfig { k: 0, ..Default::default() };
    refused(OptimizerConfig { lookahead: Some(never), ..sgd() }, "lookahead.k");
}

#[test]
fn lookahead_is_not_for_optimisers_that_average() {
    for rule in [
        OptimConfig::Asgd(AsgdConfig::default()),
        OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig::default()),
    ] {
        let config = OptimizerConfig { lookahead: Some(LookaheadConfig::default()), ..rule.into() };
        let optimiser = config.rule.name();
        assert_eq!(config.check(), Err(OptimError::Lookahead { optimiser }));
    }
}
