//! Targets in another form than the usual one: classes as numbers, and shares of classes.

use burn::tensor::{Int, Tensor, TensorData};
use kiln_data::Targets;
use kiln_objective::{LossConfig, MseConfig, TargetKind};
use kiln_testkit::device;

use crate::common::numbers;

#[test]
fn classes_count_as_numbers_where_numbers_are_wanted() {
    let device = device();
    let loss = LossConfig::Mse(MseConfig {}).build(TargetKind::Values(1)).unwrap();
    let outputs = Tensor::<2>::from_data([[1.0], [5.0]], &device);
    let classes = Targets::Classes(Tensor::from_data(TensorData::from([1, 3]), &device));
    assert_eq!(numbers(loss.forward(outputs, &classes)), [2.0]);
}

#[test]
fn binary_cross_entropy_takes_the_shares_of_both_classes() {
    let device = device();
    let tensor = |numbers: Vec<f32>, width: usize| {
        Tensor::<2>::from_data(TensorData::new(numbers, [3, width]), &device)
    };
    let loss = LossConfig::BinaryCrossEntropy(Default::default()).build(TargetKind::Classes(2)).unwrap();
    let value =
        |targets| loss.forward(tensor(vec![0.5, -1.0, 2.0], 1), &Targets::Values(targets)).into_data();
    let both = tensor(vec![0.25, 0.75, 1.0, 0.0, 0.5, 0.5], 2);
    assert_eq!(value(both), value(tensor(vec![0.75, 0.0, 0.5], 1)));
}

#[test]
fn multi_margin_takes_shares_of_classes() {
    let device = device();
    let loss = LossConfig::MultiMargin(Default::default()).build(TargetKind::Classes(3)).unwrap();
    let outputs = || Tensor::<2>::from_data([[0.5f32, -1.0, 2.0], [0.1, 0.2, -0.3]], &device);
    let of =
        |targets: Targets| loss.elements(outputs(), &targets).into_data().iter::<f64>().collect::<Vec<_>>();
    let classes = |classes: [i64; 2]| of(Targets::Classes(Tensor::<1, Int>::from_data(classes, &device)));
    let shares = |shares: [[f32; 3]; 2]| of(Targets::Values(Tensor::from_data(shares, &device)));
    let (first, second) = (classes([0, 2]), classes([1, 0]));
    // All of one class is that class; halves are the mean of both.
    assert_eq!(shares([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), first);
    for (half, (first, second)) in
        shares([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]).iter().zip(first.iter().zip(&second))
    {
        assert!((half - (first + second) / 2.0).abs() < 1e-6, "{half}");
    }
}
