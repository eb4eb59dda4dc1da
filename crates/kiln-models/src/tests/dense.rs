//! Dense layers and norms.

use burn::tensor::{DType, Tensor};
use kiln_core::Seed;
use kiln_kernels::Act;
use kiln_testkit::{device, device_name};

use super::{Draw, SHAPES, check_function, check_module, no_f64};
use crate::dense::{Dense, DenseStyle};
use crate::dropout::DenseDropoutStyle;
use crate::init::Init;
use crate::observe::Observer;
use crate::{Activation, DropoutKind, Norm, Parametrization};

/// The activation functions that the device computes to the precision of f64: some take the sigmoid of f32 numbers, or an
/// error function that is off by 1e-7 and more.
pub(super) fn activations() -> Vec<Activation> {
    // Python: math.tanh(0.5) and so on.
    let at_one_half = [
        (Activation::Relu, 0.5),
        (Activation::LeakyRelu, 0.5),
        (Activation::Gelu, 0.345_731_230_637_006_56),
        (Activation::Silu, 0.311_229_665_600_927_3),
        (Activation::Selu, 0.525_350_493_677_740_3),
        (Activation::Mish, 0.375_245_211_304_895_1),
        (Activation::Tanh, 0.462_117_157_260_009_75),
        (Activation::Sigmoid, 0.622_459_331_201_854_6),
        (Activation::Identity, 0.5),
    ];
    let exact = |(activation, expected): &(Activation, f64)| {
        let half = Tensor::<1>::from_data([0.5f64], (&device(), DType::F64));
        (activation.forward(half).into_scalar::<f64>() - expected).abs() < 1e-12
    };
    let exact: Vec<_> = at_one_half.iter().filter(|case| exact(case)).map(|case| case.0).collect();
    assert!(exact.len() == 9 || device_name().to_string() != "flex", "flex has only {exact:?}");
    exact
}

fn check_dense(draw: &mut Draw, norm: Norm, activation: Activation, dropout: DenseDropoutStyle) {
    // Batch norm needs a few values.
    let [items, inputs, outputs] = [draw.size(3, 6), draw.size(1, 5), draw.size(1, 5)];
    let make = || {
        let device = device().autodiff();
        Dense::new(
            &mut Init::new(&device, Seed::new(0)),
            inputs,
            outputs,
            DenseStyle {
                norm,
                activation,
                dropout,
                parametrization: Parametrization::Standard,
                alpha: false,
            },
        )
    };
    check_module(draw, [items, inputs], make, |layer, x: Tensor<2>| {
        let layer = std::slice::from_ref(layer);
        Dense::forward_stack(layer, x, |_| Some(Seed::new(1)), &mut Observer::nobody())
    });
}

#[test]
fn linear_layers_with_every_activation() {
    if no_f64() {
        return;
    }
    let dropout = DenseDropoutStyle { kind: DropoutKind::Element, probability: 0.0 };
    for (number, activation) in activations().into_iter().enumerate() {
        for shape in 0..SHAPES {
            check_dense(&mut Draw::new(number as u64, shape), Norm::None, activation, dropout);
        }
    }
}

#[test]
fn dense_layers_with_norm_activation_and_dropout() {
    if no_f64() {
        return;
    }
    let kinds = [DropoutKind::Element, DropoutKind::Alpha, DropoutKind::Gaussian];
    for (number, norm) in [Norm::Batch, Norm::Layer].into_iter().enumerate() {
        for shape in 0..SHAPES {
            let activation = [Activation::Relu, Activation::Tanh][shape as usize % 2];
            let dropout = DenseDropoutStyle { kind: kinds[shape as usize % 3], probability: 0.3 };
            check_dense(&mut Draw::new(10 + number as u64, shape), norm, activation, dropout);
        }
    }
}

#[test]
fn norms() {
    if no_f64() {
        return;
    }
    for (number, norm) in [Norm::Batch, Norm::Layer].into_iter().enumerate() {
        for shape in 0..SHAPES {
            let mut draw = Draw::new(20 + number as u64, shape);
            let act = [Act::None, Act::Relu][shape as usize % 2];
            let (items, width) = (draw.size(3, 8), draw.size(1, 5));
            let make = || norm.init(width, &device().autodiff()).unwrap();
            check_module(&mut draw, [items, width], make, |layer, x: Tensor<2>| layer.forward(x, act));
        }
    }
    for shape in 0..SHAPES {
        let mut draw = Draw::new(22, shape);
        let act = [Act::None, Act::Relu][shape as usize % 2];
        let dims = [draw.size(1, 3), draw.size(1, 3), draw.size(2, 4), draw.size(2, 4)];
        let make = || Norm::Batch.init(dims[1], &device().autodiff()).unwrap();
        check_module(&mut draw, dims, make, |layer, x: Tensor<4>| layer.forward(x, act));
    }
}

#[test]
fn activations_of_feature_maps() {
    if no_f64() {
        return;
    }
    for (number, activation) in activations().into_iter().enumerate() {
        for shape in 0..SHAPES {
            let mut draw = Draw::new(30 + number as u64, shape);
            let dims = [draw.size(1, 3), draw.size(1, 3), draw.size(1, 3), draw.size(1, 3)];
            check_function(&mut draw, dims, |x: Tensor<4>| activation.forward(x));
        }
    }
}
