//! Gradients of the penalties on what a batch does against central differences, at 100 random shapes each.

use burn::tensor::{DType, Device, Tensor, TensorData};
use kiln_core::Seed;
use kiln_objective::{Activity, ActivityNorm, InputGradient, Jacobian};
use kiln_testkit::{computes_in, device, draws};

const SHAPES: u64 = 100;

/// A network `tanh(x · hidden) · output` of a random shape.
struct Case {
    x: Tensor<2>,
    targets: Tensor<2>,
    output: Tensor<2>,
    hidden: Vec<f64>,
    dims: [usize; 2],
}

impl Case {
    fn new(shape: u64, device: &Device) -> Self {
        let seed = Seed::new(shape);
        let size = |place: u64, most: f64| 1 + (seed.uniform(place) * most) as usize;
        let (items, features, width, outputs) = (size(0, 5.0), size(1, 5.0), size(2, 5.0), size(3, 4.0));
        let numbers = |place: u64, count: usize| -> Vec<f64> {
            (0..count as u64).map(|i| 3.0 * seed.at(place).uniform(i) - 1.5).collect()
        };
        let tensor = |place, dims: [usize; 2]| {
            let data = TensorData::new(numbers(place, dims[0] * dims[1]), dims);
            Tensor::<2>::from_data(data, (device, DType::F64))
        };
        Self {
            x: tensor(1, [items, features]),
            targets: tensor(2, [items, outputs]),
            output: tensor(3, [width, outputs]),
            hidden: numbers(4, features * width),
            dims: [features, width],
        }
    }
}

/// Compares autodiff with differences. Everything is on the autodiff device: these penalties differentiate by themselves.
fn check(name: &str, value: impl Fn(&Case, u64, Tensor<2>) -> Tensor<1>) {
    if !computes_in(DType::F64) {
        return;
    }
    let device = device().autodiff();
    for shape in 0..draws(SHAPES) {
        let case = Case::new(shape, &device);
        let leaf = |numbers: &[f64]| {
            let data = TensorData::new(numbers.to_vec(), case.dims);
            Tensor::<2>::from_data(data, (&device, DType::F64)).require_grad()
        };
        let number = |at: &[f64]| value(&case, shape, leaf(at)).into_data().iter::<f64>().sum::<f64>();
        let hidden = leaf(&case.hidden);
        let gradients = value(&case, shape, hidden.clone()).backward();
        let found: Vec<f64> = hidden.grad(&gradients).unwrap().into_data().iter().collect();
        for (i, found) in found.into_iter().enumerate() {
            let moved = |by: f64| {
                let mut at = case.hidden.clone();
                at[i] += by;
                number(&at)
            };
            let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let off = (found - expected).abs() / expected.abs().max(1.0);
            assert!(off < 1e-6, "{name}, shape {shape}, [{i}]: {found} instead of {expected}");
        }
    }
}

#[test]
fn activities() {
    for norm in [ActivityNorm::L1, ActivityNorm::L2] {
        let penalty = Activity { strength: 0.3, norm, layers: Vec::new() };
        // An activity of exactly 0 is none of a random one.
        check("activity", |case, _, hidden| penalty.value(case.x.clone().matmul(hidden).tanh()));
    }
}

#[test]
fn jacobians() {
    let penalty = Jacobian { strength: 0.3, step: 0.1 };
    check("jacobian", |case, shape, hidden| {
        let outputs = |x: Tensor<2>| x.matmul(hidden.clone()).tanh().matmul(case.output.clone());
        penalty.value(outputs, case.x.clone(), Seed::new(shape))
    });
}

#[test]
fn input_gradients() {
    let penalty = InputGradient { strength: 0.3, step: 1e-4 };
    check("input gradient", |case, _, hidden| {
        let loss = |x: Tensor<2>| {
            let outputs = x.matmul(hidden.clone()).tanh().matmul(case.output.clone());
            outputs.sub(case.targets.clone()).square().mean()
        };
        penalty.value(loss, case.x.clone())
    });
}
