//! Penalties against PyTorch and numpy (`tests/golden/penalties.py`), and as a model sees them.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use kiln_core::{ParamPattern, ParamSelection, params};
use kiln_objective::{
    Custom, ElasticNetConfig, GroupLassoConfig, L1Config, L2Config, ObjectiveError, Penalties, PenaltyConfig,
    PenaltyTerm, Units, WeightView,
};
use kiln_optim::{LinearShape, ScheduleConfig, StepSize};
use kiln_testkit::device;

use crate::common::{Golden, assert_close, numbers, precisions};

const STRENGTH: f64 = 0.3;
const STEP: f64 = 0.5;

fn l1(strength: f64, params: ParamSelection, proximal: bool) -> PenaltyConfig {
    L1Config { params, proximal, ..L1Config::new(strength) }.into()
}

fn l2(strength: f64, params: ParamSelection, proximal: bool) -> PenaltyConfig {
    L2Config { params, proximal, ..L2Config::new(strength) }.into()
}

fn configs(proximal: bool) -> [(&'static str, PenaltyConfig); 3] {
    let all = ParamSelection::All;
    let net = ElasticNetConfig { params: all.clone(), proximal, ..ElasticNetConfig::new(STRENGTH, 0.7) };
    [
        ("l1", l1(STRENGTH, all.clone(), proximal)),
        ("l2", l2(STRENGTH, all, proximal)),
        ("elastic-net", PenaltyConfig::ElasticNet(net)),
    ]
}

#[test]
fn values_gradients_and_proximal_steps_are_right() {
    let golden = Golden::open("penalties");
    for (name, config) in configs(false) {
        let penalty = config.build("penalty.0").unwrap().unwrap();
        for (dtype, tolerance) in precisions() {
            let view = || WeightView {
                path: "w",
                dims: &[20],
                flat: golden.tensor("weight", dtype, &device()),
                start: None,
            };
            let check = |part: &str, found: Tensor<1>| {
                let name = format!("{name}/{part}");
                assert_close(&numbers(found), &golden.numbers(&name), tolerance, &name);
            };
            check("value", penalty.value(view()));
            check("gradient", penalty.gradient(view()).unwrap());
            check("prox", penalty.prox(view(), &StepSize::Same(STEP)).unwrap());
            let sizes = StepSize::Each(golden.tensor("sizes", dtype, &device()));
            check("prox-each", penalty.prox(view(), &sizes).unwrap());
        }
    }
}

#[test]
fn soft_thresholding_gives_exact_zeros() {
    let golden = Golden::open("penalties");
    let weight = golden.numbers("weight");
    for (name, config) in configs(true) {
        let threshold = match name {
            "l1" => STEP * STRENGTH,
            "elastic-net" => STEP * STRENGTH * 0.7,
            _ => continue,
        };
        for (dtype, _) in precisions() {
            let flat = golden.tensor("weight", dtype, &device());
            let penalty = config.build("penalty.0").unwrap().unwrap();
            let view = WeightView { path: "w", dims: &[20], flat, start: None };
            let found = numbers(penalty.prox(view, &StepSize::Same(STEP)).unwrap());
            let zeros = found.iter().filter(|w| **w == 0.0).count();
            // Element 4 lies on the threshold of L1: on either side of it after rounding to f32.
            let expected = weight.iter().enumerate().filter(|(i, w)| *i != 4 && w.abs() < threshold).count();
            assert!(expected >= 2 && (expected..=expected + 1).contains(&zeros), "{name}: {zeros} zeros");
        }
    }
}

#[derive(Module, Debug)]
struct Net {
    first: Linear,
    norm: BatchNorm,
    output: Linear,
}

fn net(device: &Device) -> Net {
    Net {
        first: LinearConfig::new(3, 4).init(device),
        norm: BatchNormConfig::new(4).init(device),
        output: LinearConfig::new(4, 2).init(device),
    }
}

#[test]
fn biases_and_norms_are_out_by_default() {
    let model = net(&device().autodiff());
    let config = l2(0.5, ParamSelection::Weights, false);
    let penalties = Penalties::new(&[config], &params::list(&model)).unwrap();
    assert_eq!(penalties.describe(), ["0.5 · Σ w² over first.weight, output.weight (20 numbers)"]);

    let square = |tensor: Tensor<2>| numbers(tensor.inner().square().sum())[0];
    let expected = 0.5 * (square(model.first.weight.val()) + square(model.output.weight.val()));
    assert_close(&numbers(penalties.value(&model).unwrap()), &[expected], 1e-6, "value");
    params::for_each(&model, |info, weight| {
        let weight = weight.inner();
        let found = numbers(penalties.add_gradient(info, &weight, weight.ones_like()));
        let acts = info.path.ends_with("weight");
        let expected: Vec<_> = numbers(weight).iter().map(|w| if acts { 1.0 + w } else { 1.0 }).collect();
        assert_close(&found, &expected, 1e-6, &info.path);
    });
}

#[test]
fn a_proximal_penalty_leaves_the_gradient_alone_and_the_other_way_round() {
    let model = net(&device().autodiff());
    let list = params::list(&model);
    let build = |proximal| {
        let config = l1(1.0, ParamSelection::Paths(vec!["output".into()]), proximal);
        Penalties::new(&[config], &list).unwrap()
    };
    let (mut gradient, mut proximal) = (build(false), build(true));
    assert_eq!(proximal.describe(), ["1 · Σ |w| over output.weight, output.bias (10 numbers), proximal"]);
    let info = list.iter().find(|info| info.path == "output.bias").unwrap();
    let weight = Tensor::<1>::from_data([0.5, -2.0], &device());
    let zero = weight.zeros_like();
    assert_eq!(numbers(gradient.add_gradient(info, &weight, zero.clone())), [1.0, -1.0]);
    assert_eq!(numbers(gradient.prox(info, weight.clone(), &|| StepSize::Same(1.0))), [0.5, -2.0]);
    assert_eq!(numbers(proximal.add_gradient(info, &weight, zero)), [0.0, 0.0]);
    assert_eq!(numbers(proximal.prox(info, weight, &|| StepSize::Same(1.0))), [0.0, -1.0]);
    assert_eq!(proximal.value(&model).is_some(), gradient.value(&model).is_some());
    assert!(Penalties::default().is_empty() && Penalties::default().value(&model).is_none());
}

#[test]
fn l1_and_then_l2_is_the_elastic_nets_step() {
    let golden = Golden::open("penalties");
    let model = LinearConfig::new(1, 20).with_bias(false).init(&device().autodiff());
    let list = params::list(&model);
    let lasso = l1(STRENGTH * 0.7, ParamSelection::All, true);
    let ridge = l2(STRENGTH * (1.0 - 0.7) / 2.0, ParamSelection::All, true);
    let mut penalties = Penalties::new(&[lasso, ridge], &list).unwrap();
    for (dtype, tolerance) in precisions() {
        let found =
            penalties.prox(&list[0], golden.tensor("weight", dtype, &device()), &|| StepSize::Same(STEP));
        assert_close(&numbers(found), &golden.numbers("elastic-net/prox"), tolerance, "l1, l2");
    }
}

#[test]
fn a_penalty_of_ones_own_is_differentiated() {
    let list = params::list(&LinearConfig::new(1, 2).with_bias(false).init(&device().autodiff()));
    let quartic = || {
        PenaltyTerm::new(Custom::new("½ Σ w⁴", |weight: WeightView<'_>| {
            weight.flat.square().square().sum().mul_scalar(0.5)
        }))
    };
    let penalties = Penalties::default().with(quartic(), &list).unwrap();
    assert_eq!(penalties.describe(), ["½ Σ w⁴ over weight (2 numbers)"]);
    let weight = Tensor::<1>::from_data([1.0, -2.0], &device());
    let found = penalties.add_gradient(&list[0], &weight, Tensor::from_data([1.0, 1.0], &device()));
    assert_close(&numbers(found), &[3.0, -15.0], 1e-6, "2 λ · 2 w³ + 1");
    let error = Penalties::default().with(quartic().proximal(true), &list).unwrap_err();
    assert_eq!(error, ObjectiveError::NotProximal { penalty: "penalty.0".to_owned() });
}

#[test]
fn a_strength_can_have_a_schedule() {
    let list = params::list(&LinearConfig::new(1, 2).with_bias(false).init(&device().autodiff()));
    let schedule = Some(ScheduleConfig::from(LinearShape { start: 0.0, end: 1.0 }));
    let config = |proximal| {
        let l2 = L2Config { proximal, schedule: schedule.clone(), ..L2Config::new(0.5) };
        PenaltyConfig::L2(l2)
    };
    let mut penalties = Penalties::new(&[config(false), config(true)], &list).unwrap();
    assert!(penalties.describe()[0].ends_with("scheduled"), "{:?}", penalties.describe());
    let weight = Tensor::<1>::from_data([1.0, -2.0], &device());
    let gradient =
        |penalties: &Penalties| numbers(penalties.add_gradient(&list[0], &weight, weight.zeros_like()));
    let stepped = |penalties: &mut Penalties| {
        numbers(penalties.prox(&list[0], weight.clone(), &|| StepSize::Same(2.0)))
    };
    assert_eq!(gradient(&penalties), [1.0, -2.0], "whole before there is a plan");
    penalties.plan(5, 10).unwrap();
    for (step, share) in [(0, 0.0), (5, 0.5), (10, 1.0), (3, 0.3)] {
        penalties.set_step(step);
        assert_close(&gradient(&penalties), &[share, -2.0 * share], 1e-6, "gradient");
        let shrunk = 1.0 / (1.0 + 2.0 * share);
        assert_close(&stepped(&mut penalties), &[shrunk, -2.0 * shrunk], 1e-6, "proximal step");
    }
    let bad = ScheduleConfig { scale: -1.0, ..ScheduleConfig::default() };
    let l1 = PenaltyConfig::L1(L1Config { schedule: Some(bad), ..L1Config::new(0.5) });
    let error = Penalties::new(&[l1], &list).unwrap().plan(1, 1).unwrap_err();
    assert!(error.to_string().starts_with("penalty.0.schedule.scale"), "{error}");
}

#[test]
fn parameters_are_chosen_by_kind_by_expression_and_by_what_has_a_meaning() {
    let list = params::list(&net(&device().autodiff()));
    let taken = |params| {
        let config = l2(1.0, params, false);
        Penalties::new(&[config], &list).map(|penalties| penalties.describe().remove(0))
    };
    assert_eq!(taken(ParamSelection::Norms).unwrap(), "1 · Σ w² over norm.gamma, norm.beta (8 numbers)");
    let matching = |expression| ParamSelection::Matching(ParamPattern::new(expression).unwrap());
    assert_eq!(taken(matching("^output")).unwrap(), "1 · Σ w² over output.weight, output.bias (10 numbers)");
    let error = taken(matching("^layers")).unwrap_err();
    assert!(error.to_string().ends_with("no trainable parameter matches /^layers/"), "{error}");
    // There is no convolution.
    let lasso = GroupLassoConfig { units: Units::Filter, ..GroupLassoConfig::new(1.0) };
    let error = Penalties::new(&[PenaltyConfig::GroupLasso(lasso)], &list).unwrap_err();
    assert!(error.to_string().starts_with("penalty.0 acts on nothing"), "{error}");
}

#[test]
fn what_cannot_be_is_refused_with_the_paths_there_are() {
    let list = params::list(&net(&device().autodiff()));
    let build = |config: PenaltyConfig| Penalties::new(&[configs(false)[0].1.clone(), config], &list);
    let typo = ParamSelection::Paths(vec!["output".into(), "outptu".into()]);
    let error = build(l1(1.0, typo, false)).unwrap_err();
    assert_eq!(error.to_string(), "penalty.1 acts on nothing: no trainable parameter matches [\"outptu\"]");
    assert_eq!(
        kiln_core::Explain::help(&error).unwrap(),
        "use one of these paths: first.weight, first.bias, norm.gamma, norm.beta, output.weight, output.bias"
    );
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let error = build(l2(bad, ParamSelection::All, false)).unwrap_err();
        assert!(error.to_string().starts_with("penalty.1.strength is"), "{error}");
        let net = ElasticNetConfig::new(1.0, bad);
        let error = build(PenaltyConfig::ElasticNet(net)).unwrap_err();
        assert!(error.to_string().starts_with("penalty.1.l1_ratio is"), "{error}");
    }
}
