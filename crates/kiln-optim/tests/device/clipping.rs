//! Clipping and arithmetic of gradients.

use burn::module::ParamId;
use burn::tensor::{DType, Tensor};
use kiln_optim::{Along, Gradients, OptimConfig, Optimizer, SgdConfig};
use kiln_testkit::{computes_in, device};

use crate::cases::whole_cases;
use crate::common::{Problem, assert_close, expected, golden, numbers, precisions};

fn flat(gradients: &Gradients) -> Vec<f64> {
    gradients.iter().flat_map(|(_, gradient)| numbers(gradient.clone())).collect()
}

#[test]
fn clipping_by_the_global_norm_is_pytorchs() {
    let golden = golden();
    let config = OptimConfig::Sgd(SgdConfig { lr: 0.5, ..Default::default() });
    for (dtype, tolerance) in precisions() {
        let (problem, mut model) = Problem::new(dtype);
        let mut optimizer = Optimizer::new(&config).unwrap();
        for step in 1..=100 {
            let gradients = problem.gradients(&model);
            if step == 1 {
                let norm = numbers(gradients.global_norm().unwrap());
                assert_close(&norm, &expected(&golden, "clipped/norm"), tolerance, "norm");
                let clipped = flat(&gradients.clone().clip_norm(0.2));
                assert_close(&clipped, &expected(&golden, "clipped/gradient"), tolerance, "gradient");
            }
            model = optimizer.step(model, gradients.clip_norm(0.2), 0.5, |_, weight, _| weight);
        }
        let found = numbers(model.weight.val());
        assert_close(&found, &expected(&golden, "clipped/100/weight"), tolerance, "weight");
    }
}

#[test]
fn a_factor_left_to_the_update_is_clipping_for_every_optimiser() {
    let (problem, start) = Problem::new(DType::F32);
    // Elsewhere nothing is folded in, and every optimiser's operations would be compiled for nothing.
    let few = !computes_in(DType::F64);
    for (name, config) in whole_cases().into_iter().take(if few { 2 } else { usize::MAX }) {
        let mut models = [start.clone(), start.clone()];
        let mut optimizers = [Optimizer::new(&config.rule).unwrap(), Optimizer::new(&config.rule).unwrap()];
        for _ in 0..5 {
            let [clipped, scaled] = models;
            let gradients = problem.gradients(&clipped).clip_norm(0.2);
            let clipped = optimizers[0].step(clipped, gradients, 0.1, |_, weight, _| weight);
            let gradients = problem.gradients(&scaled);
            let factor = gradients.global_norm().map(|norm| Gradients::clip_factor(norm, 0.2));
            let along = Along { factor, ..Along::default() };
            let scaled = optimizers[1].step_with(scaled, gradients, 0.1, &along, |_, weight, _| weight);
            models = [clipped, scaled];
        }
        let [clipped, scaled] = models.map(|model| numbers(model.weight.val()));
        assert_close(&scaled, &clipped, 1e-6, name);
    }
}

fn two() -> Gradients {
    let mut gradients = Gradients::default();
    gradients.insert(ParamId::from(1), Tensor::from_data([3.0, 0.0], &device()));
    gradients.insert(ParamId::from(2), Tensor::from_data([-4.0], &device()));
    gradients
}

#[test]
fn a_small_gradient_is_left_as_it_is() {
    assert_eq!(flat(&two().clip_norm(5.1)), [3.0, 0.0, -4.0]);
    assert_close(&flat(&two().clip_norm(2.5)), &[1.5, 0.0, -2.0], 1e-6, "halved");
    assert_eq!(flat(&two().clip_value(3.5)), [3.0, 0.0, -3.5]);
    assert!(Gradients::default().global_norm().is_none());
    assert!(Gradients::default().clip_norm(1.0).is_empty());
}

#[test]
fn gradients_add_up_parameter_by_parameter() {
    let mut other = Gradients::default();
    other.insert(ParamId::from(2), Tensor::from_data([1.0], &device()));
    other.insert(ParamId::from(3), Tensor::from_data([7.0], &device()));
    let mut sum = two().add(other).scale(2.0);
    assert_eq!(flat(&sum), [6.0, 0.0, -6.0, 14.0]);
    assert_eq!(numbers(sum.remove(ParamId::from(2)).unwrap()), [-6.0]);
    assert_eq!((sum.len(), flat(&sum)), (2, vec![6.0, 0.0, 14.0]));
    assert!(sum.get(ParamId::from(2)).is_none() && sum.remove(ParamId::from(2)).is_none());
}
