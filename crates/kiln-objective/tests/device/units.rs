//! Penalties on units and on matrices against PyTorch and numpy (`tests/golden/penalties.py`).

use burn::tensor::Tensor;
use kiln_objective::{GroupLasso, Orthogonal, Penalty, Spectral, Units, WeightView};
use kiln_optim::StepSize;
use kiln_testkit::device;

use crate::common::{Golden, assert_close, numbers, precisions};

const STRENGTH: f64 = 0.3;
const STEP: f64 = 0.5;
/// The weights of the golden file, in Burn's layouts.
pub(crate) const TENSORS: [(&str, &[usize]); 3] =
    [("tall", &[5, 3]), ("wide", &[3, 6]), ("filters", &[4, 2, 3, 3])];

fn penalties() -> Vec<(&'static str, Box<dyn Penalty>)> {
    let lasso = |units, weighted| Box::new(GroupLasso { strength: STRENGTH, units, weighted });
    vec![
        ("group-lasso", lasso(Units::Output, true)),
        ("group-lasso-input", lasso(Units::Input, true)),
        ("l21", lasso(Units::Input, false)),
        ("orthogonal", Box::new(Orthogonal { strength: STRENGTH })),
        ("spectral", Box::new(Spectral { strength: STRENGTH, iterations: 300 })),
    ]
}

#[test]
fn values_gradients_and_proximal_steps_are_right() {
    let golden = Golden::open("penalties");
    let mut zeros = 0;
    for (tensor, dims) in TENSORS {
        for (name, penalty) in penalties() {
            for (dtype, tolerance) in precisions() {
                let flat = |name: &str| match dims.len() {
                    2 => golden.tensor::<2>(name, dtype, &device()).reshape::<1, _>([-1]),
                    _ => golden.tensor::<4>(name, dtype, &device()).reshape::<1, _>([-1]),
                };
                let view = || WeightView { path: "w", dims, flat: flat(tensor), start: None };
                let check = |part: &str, found: Tensor<1>| {
                    let name = format!("{tensor}/{name}/{part}");
                    let (found, expected) = (numbers(found), golden.numbers(&name));
                    assert_close(&found, &expected, 10.0 * tolerance, &name);
                    let exact = |numbers: &[f64]| numbers.iter().filter(|w| **w == 0.0).count();
                    assert_eq!(exact(&found), exact(&expected), "{name}: exact zeros");
                    exact(&found)
                };
                check("value", penalty.value(view()));
                check("gradient", penalty.gradient(view()).unwrap());
                if penalty.is_proximal() {
                    zeros += check("prox", penalty.prox(view(), &StepSize::Same(STEP)).unwrap());
                    let sizes = StepSize::Each(flat(&format!("{tensor}/sizes")));
                    zeros += check("prox-each", penalty.prox(view(), &sizes).unwrap());
                }
            }
        }
    }
    assert!(zeros > 50, "{zeros} numbers of whole units became zero");
}

#[test]
fn units_that_are_zero_stay_zero_and_have_no_gradient() {
    let lasso = GroupLasso { strength: STRENGTH, units: Units::Output, weighted: true };
    for (dtype, _) in precisions() {
        let flat = Tensor::<1>::from_data([0.0, 2.0, 0.0, -1.0], (&device(), dtype));
        let view = || WeightView { path: "w", dims: &[2, 2], flat: flat.clone(), start: None };
        let gradient = numbers(lasso.gradient(view()).unwrap());
        assert!(gradient[0] == 0.0 && gradient[2] == 0.0 && gradient[1] > 0.0, "{gradient:?}");
        for size in [StepSize::Same(0.1), StepSize::Each(flat.full_like(0.1))] {
            let stepped = numbers(lasso.prox(view(), &size).unwrap());
            assert!(stepped[0] == 0.0 && stepped[2] == 0.0 && stepped[1] > 1.0, "{stepped:?}");
        }
    }
}
