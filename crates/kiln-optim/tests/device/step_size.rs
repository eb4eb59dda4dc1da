//! The length of a step, by what it is for: with proximal steps as long, the weights come to rest where `J + λ Σ|w|` is least.

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{Weights, params};
use kiln_optim::{
    AdadeltaConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig, AsgdConfig, Gradients,
    LionConfig, NadamConfig, OptimConfig, Optimizer, RadamConfig, RmspropConfig, ScheduleFreeAdamwConfig,
    ScheduleFreeSgdConfig, SgdConfig, StepSize,
};
use kiln_testkit::{computes_in, device};

const LAMBDA: f64 = 0.3;
/// What `J = ½ Σ aᵢ (wᵢ − cᵢ)²` pulls the weights to, and how hard.
const CENTRES: [f64; 6] = [2.0, -1.0, 0.4, -0.05, 0.25, 0.0];
const PULLS: [f64; 6] = [1.0, 0.5, 2.0, 3.0, 1.0, 1.0];

#[derive(Module, Debug)]
struct Model {
    weight: Param<Tensor<1>>,
}

fn minimum() -> Vec<f64> {
    let soft = |(centre, pull): (&f64, &f64)| centre.signum() * (centre.abs() - LAMBDA / pull).max(0.0);
    CENTRES.iter().zip(&PULLS).map(soft).collect()
}

/// The weights that count after many steps with a rate that falls in the end.
fn at_rest(config: &OptimConfig, steps: u64) -> Vec<f64> {
    let device = device().autodiff();
    let start = TensorData::from([1.0, 1.0, -1.0, 0.5, -0.7, 0.2]).convert_dtype(DType::F64);
    let mut model = Model { weight: Param::from_tensor(Tensor::from_data(start, (&device, DType::F64))) };
    let mut optimizer = Optimizer::new(config).unwrap();
    let tensor = |numbers: &[f64]| Tensor::<1>::from_data(numbers, (&device.clone().inner(), DType::F64));
    let (centres, pulls) = (tensor(&CENTRES), tensor(&PULLS));
    for step in 0..steps {
        let mut gradients = Gradients::default();
        params::for_each(&model, |info, weight| {
            gradients.insert(info.id, weight.inner().sub(centres.clone()).mul(pulls.clone()));
        });
        let rate = config.lr() * (1.0 - step as f64 / steps as f64);
        model = optimizer.step(model, gradients, rate, |_, weight, size| {
            let threshold = match size() {
                StepSize::Same(size) => weight.full_like(size * LAMBDA),
                StepSize::Each(sizes) => sizes.mul_scalar(LAMBDA),
            };
            let within = weight.clone().min_pair(threshold.clone()).max_pair(threshold.neg());
            weight.sub(within)
        });
    }
    let counts = optimizer.averaged(&model).unwrap_or(model);
    Weights::of(&counts).get("weight").unwrap().iter::<f64>().collect()
}

#[test]
fn weights_come_to_rest_at_the_minimum_of_loss_and_penalty() {
    if !computes_in(DType::F64) {
        return;
    }
    let sgd = |momentum, dampening, nesterov| {
        OptimConfig::Sgd(SgdConfig { lr: 0.02, momentum, dampening, nesterov, ..SgdConfig::default() })
    };
    let rmsprop = |momentum, centered| {
        // At rest the gradients stop spreading, and a centred step grows to lr/eps.
        let eps = if centered { 0.1 } else { 1e-8 };
        OptimConfig::Rmsprop(RmspropConfig { lr: 0.005, momentum, centered, eps, ..RmspropConfig::default() })
    };
    let cases = [
        (sgd(0.0, 0.0, false), 1e-6),
        (sgd(0.9, 0.0, false), 1e-6),
        (sgd(0.9, 0.5, false), 1e-6),
        (sgd(0.9, 0.0, true), 1e-6),
        (OptimConfig::Asgd(AsgdConfig { lr: 0.02, t0: 3000.0, ..AsgdConfig::default() }), 1e-3),
        (OptimConfig::Adam(AdamConfig { lr: 0.01, ..AdamConfig::default() }), 1e-3),
        (OptimConfig::Adam(AdamConfig { lr: 0.01, amsgrad: true, ..AdamConfig::default() }), 1e-3),
        (OptimConfig::Adamw(AdamwConfig { lr: 0.01, weight_decay: 0.0, ..AdamwConfig::default() }), 1e-3),
        (OptimConfig::Nadam(NadamConfig { lr: 0.01, ..NadamConfig::default() }), 1e-3),
        (OptimConfig::Radam(RadamConfig { lr: 0.01, ..RadamConfig::default() }), 1e-3),
        (OptimConfig::Adamax(AdamaxConfig { lr: 0.01, ..AdamaxConfig::default() }), 1e-3),
        (OptimConfig::Adan(AdanConfig { lr: 0.01, weight_decay: 0.0, ..AdanConfig::default() }), 1e-3),
        (rmsprop(0.0, false), 1e-3),
        (rmsprop(0.9, false), 1e-3),
        (rmsprop(0.0, true), 2e-3),
        (OptimConfig::Adagrad(AdagradConfig { lr: 0.5, ..AdagradConfig::default() }), 1e-3),
        (OptimConfig::Adadelta(AdadeltaConfig { lr: 1.0, eps: 1e-4, ..AdadeltaConfig::default() }), 5e-3),
        (OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig { lr: 0.1, ..Default::default() }), 1e-3),
        (OptimConfig::ScheduleFreeAdamw(ScheduleFreeAdamwConfig { lr: 0.02, ..Default::default() }), 5e-3),
    ];
    for kind in OptimConfig::NAMES {
        let config: OptimConfig = serde_json::from_value(serde_json::json!({ "kind": kind })).unwrap();
        let tested = cases.iter().any(|(case, _)| case.name() == *kind);
        assert_eq!(tested, config.has_step_size(), "{kind}");
    }
    let expected = minimum();
    for (config, tolerance) in cases {
        let found = at_rest(&config, 4000);
        println!("{config:?}\n  {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < tolerance, "{config:?}: {found} instead of {expected}");
        }
    }
}

#[test]
fn updates_that_are_no_multiple_of_the_gradient_have_no_length() {
    let lion = OptimConfig::Lion(LionConfig::default());
    assert!(!lion.has_step_size() && !Optimizer::new(&lion).unwrap().has_step_size());
    assert!(OptimConfig::Adam(AdamConfig::default()).has_step_size());
}
