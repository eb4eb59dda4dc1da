//! The family with masks that are given, against PyTorch and torchvision (`tests/golden/dropout.py`); and that each layer is
//! its formula with the mask of its seed.

use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::Seed;
use kiln_testkit::{assert_close, computes_in, device, golden};

use super::alpha::drop_to_lower_end;
use super::block::drop_blocks;
use super::{
    AlphaDropout, DropBlock, Dropout, GaussianDropout, GaussianNoise, SpatialDropout, StochasticDepth,
    drop_masked, gaussian, kept, rounded,
};

const P: f64 = 0.3;

/// Value and gradient of `layer(x, mask)` in every precision of the device.
fn check<const D: usize>(name: &str, layer: impl Fn(Tensor<D>, Tensor<D>) -> Tensor<D>) {
    let file = golden("dropout");
    let data = |part: &str| file.get(&format!("{name}/{part}")).unwrap().clone();
    for (dtype, tolerance) in [(DType::F64, 1e-12), (DType::F32, 1e-6)] {
        if !computes_in(dtype) {
            continue;
        }
        let device = device().autodiff();
        let tensor = |part: &str| Tensor::<D>::from_data(data(part).convert_dtype(dtype), (&device, dtype));
        let x = tensor("x").require_grad();
        let y = layer(x.clone(), tensor("mask"));
        let gradients = (y.clone() * tensor("weight")).sum().backward();
        assert_close(&y.into_data(), &data("y"), tolerance, tolerance);
        assert_close(&x.grad(&gradients).unwrap().into_data(), &data("gradient"), tolerance, tolerance);
    }
}

#[test]
fn elements_channels_and_items_are_dropped_as_pytorch_drops_them() {
    check::<2>("element", |x, mask| drop_masked(x, mask, P));
    check::<4>("spatial", |x, mask| drop_masked(x, mask, P));
    check::<4>("depth", |x, mask| drop_masked(x, mask, P));
}

#[test]
fn alpha_dropout_is_pytorchs_for_elements_and_channels() {
    check::<2>("alpha", |x, mask| drop_to_lower_end(x, mask, P));
    check::<4>("feature_alpha", |x, mask| drop_to_lower_end(x, mask, P));
}

#[test]
fn squares_are_dropped_as_torchvision_drops_them() {
    for block in [3, 5] {
        check(&format!("block/{block}"), |x, free| drop_blocks(x, free.neg().add_scalar(1.0), block));
    }
}

#[test]
fn gaussian_dropout_is_the_formula_of_the_paper() {
    check::<2>("gaussian", |x, normal| {
        let normal: Vec<f64> = normal.into_data().iter().collect();
        gaussian::multiply(x, P, |i| normal[i as usize])
    });
}

#[test]
fn every_layer_is_its_formula_with_the_mask_of_its_seed() {
    let seed = Seed::new(12);
    for dtype in [DType::F32, DType::F64].into_iter().filter(|dtype| computes_in(*dtype)) {
        let dims = [3, 4, 6, 7];
        let numbers: Vec<f64> = (0..504).map(|i| Seed::new(2).normal(i)).collect();
        let data = TensorData::new(numbers, dims).convert_dtype(dtype);
        let x = || Tensor::<4>::from_data(data.clone(), (&device(), dtype));
        let mask = |shape: [usize; 4]| kept(shape, P, seed, &x());
        let same = |layer: Tensor<4>, formula: Tensor<4>| {
            assert_eq!(layer.dtype(), dtype);
            assert_eq!(layer.into_data(), formula.into_data());
        };
        let p = rounded(P);
        let spatial = SpatialDropout::new("p", P).unwrap().forward(x(), Some(seed));
        same(spatial, drop_masked(x(), mask([3, 4, 1, 1]), p));
        let depth = StochasticDepth::new("p", P).unwrap().forward(x(), Some(seed));
        same(depth, drop_masked(x(), mask([3, 1, 1, 1]), p));
        let alpha = AlphaDropout::new("p", P).unwrap().forward(x(), Some(seed));
        same(alpha, drop_to_lower_end(x(), mask(dims), P));
        let multiplied = GaussianDropout::new("p", P).unwrap().forward(x(), Some(seed));
        same(multiplied, gaussian::multiply(x(), P, |i| seed.normal(i)));
        let added = GaussianNoise::new("p", P).unwrap().forward(x(), Some(seed));
        same(added, gaussian::add(x(), P, |i| seed.normal(i)));
        let blocks = DropBlock::new("p", P, 3).unwrap().forward(x(), Some(seed));
        // A share of P of 6 by 7 pixels in squares of 9, whose corners are in 4 by 5 of them.
        let corners = kept([3, 4, 4, 5], P * 42.0 / (9.0 * 20.0), seed, &x()).neg().add_scalar(1.0);
        same(blocks, drop_blocks(x(), corners, 3));
        // The factors of element-wise dropout are f32 numbers whatever the type.
        let element = Dropout::new("p", P).unwrap().forward(x(), Some(seed));
        assert_close(&element.into_data(), &drop_masked(x(), mask(dims), p).into_data(), 1e-7, 0.0);
    }
}

#[test]
fn masks_keep_the_factors_that_they_had() {
    // Channels were multiplied by the factors of dropout before there was a formula with a mask: the same bits.
    for p in [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0 / 3.0, 1.0 - 1e-16] {
        let ones = || Tensor::<2>::ones([40, 25], (&device(), DType::F32));
        let (seed, like) = (Seed::new(1), ones());
        let formula = drop_masked(ones(), kept([40, 25], p, seed, &like), rounded(p));
        assert_eq!(formula.into_data(), kiln_kernels::dropout(ones(), p, seed).into_data(), "{p}");
    }
}
