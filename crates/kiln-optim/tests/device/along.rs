//! Penalties that an update takes along, against the same in operations of their own.

use std::collections::HashMap;

use burn::tensor::{DType, Tensor};
use kiln_core::params;
use kiln_optim::{Along, AlongPenalties, Elastic, Gradients, OptimConfig, Optimizer, StepSize};
use kiln_testkit::computes_in;

use crate::cases::whole_cases;
use crate::common::{Model, Problem, assert_close, numbers};

const PENALTIES: [Elastic; 3] =
    [Elastic { l1: 0.05, l2: 0.0 }, Elastic { l1: 0.0, l2: 0.3 }, Elastic { l1: 0.04, l2: 0.2 }];

fn along(model: &Model, penalties: AlongPenalties, factor: Option<Tensor<1>>) -> Along {
    let all = params::list(model).iter().map(|info| (info.id, penalties)).collect::<HashMap<_, _>>();
    Along { factor, penalties: all }
}

/// The gradients with those of the penalty added.
fn added(model: &Model, mut gradients: Gradients, penalty: Elastic) -> Gradients {
    params::for_each(model, |info, weight| {
        let weight = weight.inner();
        if let Some(gradient) = gradients.get(info.id).cloned() {
            let own = weight.clone().sign().mul_scalar(penalty.l1).add(weight.mul_scalar(penalty.l2));
            gradients.insert(info.id, gradient.add(own));
        }
    });
    gradients
}

fn prox(weight: Tensor<1>, size: StepSize, penalty: Elastic) -> Tensor<1> {
    let sizes = match size {
        StepSize::Same(size) => weight.ones_like().mul_scalar(size),
        StepSize::Each(sizes) => sizes,
    };
    let rest = weight.clone().abs().sub(sizes.clone().mul_scalar(penalty.l1)).clamp_min(0.0);
    weight.sign().mul(rest).div(sizes.mul_scalar(penalty.l2).add_scalar(1.0))
}

/// Five steps of every optimiser, one way and the other.
fn compare(step: impl Fn(&OptimConfig, &mut Optimizer, &mut Optimizer, &Problem, [Model; 2]) -> [Model; 2]) {
    let (problem, start) = Problem::new(DType::F32);
    // Elsewhere every optimiser's operations would be compiled for nothing.
    let few = !computes_in(DType::F64);
    for (name, config) in whole_cases().into_iter().take(if few { 2 } else { usize::MAX }) {
        let mut models = [start.clone(), start.clone()];
        let mut optimizers = [Optimizer::new(&config.rule).unwrap(), Optimizer::new(&config.rule).unwrap()];
        let [first, second] = &mut optimizers;
        for _ in 0..5 {
            models = step(&config.rule, first, second, &problem, models);
        }
        let [found, expected] = models.map(|model| numbers(model.weight.val()));
        assert_close(&found, &expected, 2e-6, name);
    }
}

#[test]
fn a_gradient_taken_along_is_the_same_gradient() {
    for penalty in PENALTIES {
        for clipped in [false, true] {
            compare(|_, taking, plain, problem, [a, b]| {
                let penalties = AlongPenalties { gradient: penalty, ..Default::default() };
                let sum = added(&b, problem.gradients(&b), penalty);
                // What is clipped is the sum.
                let factor = clipped.then(|| Gradients::clip_factor(sum.global_norm().unwrap(), 0.2));
                let along = along(&a, penalties, factor);
                let gradients = problem.gradients(&a);
                let a = taking.step_with(a, gradients, 0.1, &along, |_, weight, _| weight);
                let sum = if clipped { sum.clip_norm(0.2) } else { sum };
                [a, plain.step(b, sum, 0.1, |_, weight, _| weight)]
            });
        }
    }
}

#[test]
fn a_proximal_step_taken_along_is_the_same_step() {
    for penalty in PENALTIES {
        compare(|rule, taking, plain, problem, models| {
            if !taking.has_step_size() {
                return models;
            }
            let [a, b] = models;
            let along = along(&a, AlongPenalties { prox: penalty, ..Default::default() }, None);
            let (gradients, mut made_one) = (problem.gradients(&a), false);
            let a = taking.step_with(a, gradients, 0.1, &along, |_, weight, made| {
                made_one = made.prox;
                if made.prox { weight } else { prox(weight, (made.size)(), penalty) }
            });
            use OptimConfig::{Adam, Adamw, Rmsprop, Sgd};
            assert_eq!(made_one, matches!(rule, Sgd(_) | Adam(_) | Adamw(_) | Rmsprop(_)), "{rule:?}");
            let gradients = problem.gradients(&b);
            [a, plain.step(b, gradients, 0.1, |_, weight, size| prox(weight, size(), penalty))]
        });
    }
}

#[test]
fn l1_taken_along_makes_exact_zeros() {
    let (problem, start) = Problem::new(DType::F32);
    let penalties = AlongPenalties { prox: Elastic { l1: 0.5, l2: 0.0 }, ..Default::default() };
    for config in [OptimConfig::Sgd(Default::default()), OptimConfig::Adam(Default::default())] {
        let (mut model, mut optimizer) = (start.clone(), Optimizer::new(&config).unwrap());
        for _ in 0..50 {
            let (along, gradients) = (along(&model, penalties, None), problem.gradients(&model));
            model = optimizer.step_with(model, gradients, 0.1, &along, |_, weight, _| weight);
        }
        let weight = numbers(model.weight.val());
        assert!(weight.contains(&0.0), "{config:?}: {weight:?}");
    }
}
