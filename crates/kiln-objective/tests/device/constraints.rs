//! Constraints against PyTorch (`tests/golden/penalties.py`), and as projections.

use burn::nn::conv::Conv2dConfig;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use kiln_core::{ParamInfo, ParamKind, ParamSelection, params};
use kiln_objective::{
    BoxConfig, ConstraintConfig, Constraints, MaxNormConfig, NonNegativeConfig, UnitNormConfig, Units,
};
use kiln_testkit::device;

use crate::units::TENSORS;

use crate::common::{Golden, assert_close, numbers, precisions};

fn configs() -> [(&'static str, ConstraintConfig); 4] {
    let (units, params) = (Units::Output, ParamSelection::Weights);
    [
        ("max-norm", ConstraintConfig::MaxNorm(MaxNormConfig { max: 0.8, units, params: params.clone() })),
        ("unit-norm", ConstraintConfig::UnitNorm(UnitNormConfig::default())),
        ("non-negative", ConstraintConfig::NonNegative(NonNegativeConfig::default())),
        ("box", ConstraintConfig::Box(BoxConfig { low: -0.5, high: 0.25, params })),
    ]
}

fn info(dims: &[usize]) -> ParamInfo {
    let id = burn::module::ParamId::new();
    ParamInfo { path: "weight".to_owned(), id, dims: dims.to_vec(), kind: ParamKind::Weight, trainable: true }
}

#[test]
fn weights_move_to_the_nearest_place_and_stay_there() {
    let golden = Golden::open("penalties");
    for (tensor, dims) in TENSORS {
        let info = info(dims);
        for (name, config) in configs() {
            let constraints = Constraints::new(&[config], std::slice::from_ref(&info)).unwrap();
            for (dtype, tolerance) in precisions() {
                let flat: Tensor<1> = match dims.len() {
                    2 => golden.tensor::<2>(tensor, dtype, &device()).reshape([-1]),
                    _ => golden.tensor::<4>(tensor, dtype, &device()).reshape([-1]),
                };
                let name = format!("{tensor}/{name}");
                let found = constraints.project(&info, flat.clone());
                assert_close(&numbers(found.clone()), &golden.numbers(&name), tolerance, &name);
                assert_ne!(numbers(found.clone()), numbers(flat), "{name} has something to do");
                let again = numbers(constraints.project(&info, found.clone()));
                assert_close(&again, &numbers(found), tolerance, &format!("{name} again"));
            }
        }
    }
}

#[test]
fn zero_has_no_direction_and_input_units_are_rows() {
    let list = params::list::<Linear>(&LinearConfig::new(2, 2).init(&device().autodiff()));
    let unit = ConstraintConfig::UnitNorm(UnitNormConfig { units: Units::Input, ..Default::default() });
    let constraints = Constraints::new(&[unit], &list).unwrap();
    let weight = Tensor::<1>::from_data([3.0, 4.0, 0.0, 0.0], &device());
    assert_close(&numbers(constraints.project(&list[0], weight)), &[0.6, 0.8, 0.0, 0.0], 1e-6, "rows");
    let bias = Tensor::<1>::from_data([3.0, 4.0], &device());
    assert_eq!(numbers(constraints.project(&list[1], bias)), [3.0, 4.0], "weights only");
}

#[test]
fn what_cannot_be_is_refused() {
    let list = params::list::<Linear>(&LinearConfig::new(2, 2).init(&device().autodiff()));
    let refused = |config| Constraints::new(&[config], &list).unwrap_err().to_string();
    let norm =
        |max, units| ConstraintConfig::MaxNorm(MaxNormConfig { max, units, params: ParamSelection::Weights });
    assert!(refused(norm(0.0, Units::Output)).starts_with("constraint.0.max is 0"));
    assert!(refused(norm(1.0, Units::Filter)).starts_with("constraint.0 acts on nothing"));
    let low_high =
        |low, high| ConstraintConfig::Box(BoxConfig { low, high, params: ParamSelection::Weights });
    assert!(refused(low_high(1.0, 0.5)).starts_with("constraint.0.high is 0.5"));
    assert!(refused(low_high(f64::NAN, 0.5)).starts_with("constraint.0.low is"));
    let convolution = params::list(&Conv2dConfig::new([2, 2], [3, 3]).init(&device().autodiff()));
    assert!(Constraints::new(&[norm(1.0, Units::Filter)], &convolution).is_ok());
}
