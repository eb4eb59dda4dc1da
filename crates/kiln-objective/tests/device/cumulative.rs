//! Cumulative L1 against scikit-learn's SGD (`tests/golden/cumulative.py`).

use burn::module::{Module, Param};
use burn::tensor::{DType, Tensor};
use kiln_core::{Weights, params};
use kiln_objective::{CumulativeL1, Penalties, Penalty, PenaltyTerm};
use kiln_optim::{
    Gradients, InversePowerShape, OptimConfig, Optimizer, ScheduleConfig, SgdConfig, ShapeConfig,
};
use kiln_testkit::{computes_in, device};

use crate::common::{Golden, numbers};

const ITEMS: usize = 10;
const FEATURES: usize = 6;
const ALPHA: f64 = 0.15;
const ETA0: f64 = 0.2;

#[derive(Module, Debug)]
struct Model {
    weight: Param<Tensor<1>>,
}

/// How far the weights are from scikit-learn's at most, over all recorded updates.
fn distance(rate: &str, shape: ShapeConfig, penalty: impl Penalty + 'static) -> f64 {
    let golden = Golden::open("cumulative");
    let (x, y) = (golden.numbers("x"), golden.numbers("y"));
    let start = Tensor::<1>::zeros([FEATURES], (&device().autodiff(), DType::F64));
    let mut model = Model { weight: Param::from_tensor(start) };
    let term = PenaltyTerm::new(penalty).proximal(true);
    let mut penalties = Penalties::default().with(term, &params::list(&model)).unwrap();
    let mut optimizer = Optimizer::new(&OptimConfig::Sgd(SgdConfig::default())).unwrap();
    let rates = ScheduleConfig::from(shape).build(ETA0, 1, 100).unwrap();
    let mut largest: f64 = 0.0;
    for update in 0..100 {
        let item = (update % ITEMS as u64) as usize;
        let row = &x[item * FEATURES..(item + 1) * FEATURES];
        let mut gradients = Gradients::default();
        params::for_each(&model, |info, weight| {
            let weights = numbers(weight.clone().inner());
            let error: f64 = weights.iter().zip(row).map(|(w, x)| w * x).sum::<f64>() - y[item];
            let gradient: Vec<f64> = row.iter().map(|x| error * x).collect();
            gradients.insert(info.id, Tensor::from_data(gradient.as_slice(), (&device(), DType::F64)));
        });
        model = optimizer.step(model, gradients, rates.at(update), |info, weight, size| {
            penalties.prox(info, weight, size)
        });
        // What is saved and loaded goes on the same way.
        if update == 30 {
            let state = penalties.state();
            let term = PenaltyTerm::new(CumulativeL1 { strength: ALPHA }).proximal(true);
            if !state.is_empty() {
                penalties = Penalties::default().with(term, &params::list(&model)).unwrap();
                penalties.load(&state, &device());
            }
        }
        let name = format!("{rate}/{}", update + 1);
        if golden.has(&name) {
            let found: Vec<f64> = Weights::of(&model).get("weight").unwrap().iter().collect();
            for (found, expected) in found.iter().zip(golden.numbers(&name)) {
                largest = largest.max((found - expected).abs());
                assert!(largest > 0.1 || (*found == 0.0) == (expected == 0.0), "{name}: zeros differ");
            }
        }
    }
    largest
}

#[test]
fn the_way_is_scikit_learns() {
    if !computes_in(DType::F64) {
        return;
    }
    let rates =
        [("constant", ShapeConfig::default()), ("invscaling", InversePowerShape { power: 0.25 }.into())];
    for (rate, shape) in rates {
        let off = distance(rate, shape, CumulativeL1 { strength: ALPHA });
        assert!(off < 1e-10, "{rate}: off by {off:e}");
    }
}
