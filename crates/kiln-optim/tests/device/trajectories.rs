//! 100 steps of every optimiser against PyTorch, timm and schedulefree (`tests/golden/optimisers.py`).

use burn::tensor::DType;
use kiln_core::params;
use kiln_optim::{OptimConfig, Optimizer, Sam, SgdConfig};
use kiln_testkit::few;

use crate::cases::whole_cases;
use crate::common::{Problem, assert_close, expected, golden, numbers, precisions};

#[test]
fn every_optimiser_takes_its_references_way() {
    let golden = golden();
    let checked = few(&[1, 10, 50, 100]);
    let last = checked[checked.len() - 1];
    for (name, config) in whole_cases() {
        let sam = config.sam.as_ref().map(Sam::new);
        for (dtype, mut tolerance) in precisions() {
            if dtype == DType::F32 {
                // Near a minimum, Adam divides rounding errors by each other: PyTorch itself is off by 6e-5 there.
                tolerance = tolerance.max(2.0 * expected(&golden, &format!("{name}/float32"))[0]);
            }
            let (problem, mut model) = Problem::new(dtype);
            let mut optimizer = Optimizer::build(&config, &params::list(&model)).unwrap();
            for step in 1..=last {
                let mut gradients = problem.gradients(&model);
                if let Some(sam) = &sam {
                    gradients = problem.gradients(&sam.ascend(&model, &gradients));
                }
                model = optimizer.step(model, gradients, config.lr(), |_, weight, _| weight);
                if checked.contains(&step) {
                    let check = |part: &str, found: Vec<f64>| {
                        let case = format!("{name}/{step}/{part}");
                        assert_close(
                            &found,
                            &expected(&golden, &case),
                            tolerance,
                            &format!("{case}, {dtype:?}"),
                        );
                    };
                    check("weight", numbers(model.weight.val()));
                    check("bias", numbers(model.bias.val()));
                    if let Some(averaged) = optimizer.averaged(&model) {
                        check("average/weight", numbers(averaged.weight.val()));
                        check("average/bias", numbers(averaged.bias.val()));
                    }
                }
            }
            assert_eq!(optimizer.updates(), last);
        }
    }
}

#[test]
fn decoupled_decay_of_sgd_shrinks_the_weights_beside_the_step() {
    // w ← (1 − lr · decay) w − lr · g, by hand: PyTorch's SGD has no decoupled form.
    let config =
        SgdConfig { lr: 0.1, weight_decay: 0.5, decoupled: true, decay_all: false, ..Default::default() };
    let config = OptimConfig::Sgd(config);
    for (dtype, tolerance) in precisions() {
        let (problem, model) = Problem::new(dtype);
        let gradients = problem.gradients(&model);
        let flat = |values: Vec<f64>, gradient: Vec<f64>, keep: f64| -> Vec<f64> {
            values.iter().zip(gradient).map(|(w, g)| keep * w - 0.1 * g).collect()
        };
        let gradient = |id| numbers(gradients.get(id).unwrap().clone());
        let weight = flat(numbers(model.weight.val()), gradient(model.weight.id), 0.95);
        let bias = flat(numbers(model.bias.val()), gradient(model.bias.id), 1.0);
        let model = Optimizer::new(&config).unwrap().step(model, gradients, 0.1, |_, weight, _| weight);
        assert_close(&numbers(model.weight.val()), &weight, tolerance, "weight");
        assert_close(&numbers(model.bias.val()), &bias, tolerance, "bias");
    }
}

#[test]
fn what_happens_after_the_update_has_the_last_word() {
    let (problem, model) = Problem::new(burn::tensor::DType::F32);
    let mut optimizer = Optimizer::new(&OptimConfig::Sgd(SgdConfig::default())).unwrap();
    let gradients = problem.gradients(&model);
    let mut seen = Vec::new();
    let model = optimizer.step(model, gradients, 0.1, |info, weight, _| {
        seen.push(info.path.clone());
        weight.zeros_like()
    });
    assert_eq!(seen, ["weight", "bias"]);
    assert!(numbers(model.weight.val()).iter().all(|w| *w == 0.0));
    assert!(model.weight.is_require_grad());
}
