//! Layers that no model of kiln has, forward and back on flex: kiln's operation beside Burn's own, in paired rounds. One
//! JSON line for each, with medians in milliseconds.

#![allow(clippy::unwrap_used, reason = "a program for developers")]

use std::time::Instant;

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData, module};
use kiln::Seed;
use kiln::kernels::{Act, conv_transpose1d, conv_transpose2d, conv1d};

/// As in the command `kiln`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 15;

fn main() {
    let (one, two) = (
        |stride, padding| ConvOptions::new([stride], [padding], [1], 1),
        |stride: usize, padding: usize| {
            ConvTransposeOptions::new([stride; 2], [padding; 2], [0; 2], [1; 2], 1)
        },
    );
    let up = ConvTransposeOptions::new([2], [1], [0], [1], 1);
    compare(
        "conv1d 64 to 128, 5, length 256, batch 32",
        [32, 64, 256],
        [128, 64, 5],
        |x, w| conv1d(x, w, None, one(1, 2), Act::None),
        |x, w| module::conv1d(x, w, None, one(1, 2)),
    );
    compare(
        "conv1d 1 to 32, 9, stride 2, length 1024, batch 64",
        [64, 1, 1024],
        [32, 1, 9],
        |x, w| conv1d(x, w, None, one(2, 4), Act::None),
        |x, w| module::conv1d(x, w, None, one(2, 4)),
    );
    compare(
        "conv_transpose1d 64 to 32, 4, stride 2, length 128, batch 32",
        [32, 64, 128],
        [64, 32, 4],
        |x, w| conv_transpose1d(x, w, None, up.clone(), Act::None),
        |x, w| module::conv_transpose1d(x, w, None, up.clone()),
    );
    for (what, x, w, stride, padding) in [
        ("conv_transpose2d 128 to 64, 4x4, stride 2, 8x8, batch 32", [32, 128, 8, 8], [128, 64, 4, 4], 2, 1),
        ("conv_transpose2d 64 to 32, 2x2, stride 2, 14x14, batch 32", [32, 64, 14, 14], [64, 32, 2, 2], 2, 0),
        ("conv_transpose2d 32 to 1, 3x3, 28x28, batch 32", [32, 32, 28, 28], [32, 1, 3, 3], 1, 1),
    ] {
        compare(
            what,
            x,
            w,
            |x, w| conv_transpose2d(x, w, None, two(stride, padding), Act::None),
            |x, w| module::conv_transpose2d(x, w, None, two(stride, padding)),
        );
    }
}

fn noise<const D: usize>(dims: [usize; D]) -> TensorData {
    let seed = Seed::new(1);
    let len = dims.iter().product::<usize>() as u64;
    TensorData::new((0..len).map(|i| seed.uniform(i) as f32 - 0.5).collect::<Vec<_>>(), dims)
}

fn compare<const D: usize>(
    what: &str,
    x: [usize; D],
    weight: [usize; D],
    kiln: impl Fn(Tensor<D>, Tensor<D>) -> Tensor<D>,
    burn: impl Fn(Tensor<D>, Tensor<D>) -> Tensor<D>,
) {
    let device = Device::flex().autodiff();
    let x = Tensor::<D>::from_data(noise(x), &device).require_grad();
    let weight = Tensor::<D>::from_data(noise(weight), &device).require_grad();
    let time = |layer: &dyn Fn(Tensor<D>, Tensor<D>) -> Tensor<D>| {
        let began = Instant::now();
        let gradients = layer(x.clone(), weight.clone()).powi_scalar(2).sum().backward();
        assert!(weight.grad(&gradients).is_some() && x.grad(&gradients).is_some());
        began.elapsed().as_secs_f64() * 1e3
    };
    let (mut own, mut others, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS + 2 {
        let (a, b) = (time(&kiln), time(&burn));
        // The first two warm up.
        if round >= 2 {
            own.push(a);
            others.push(b);
            ratios.push(a / b);
        }
    }
    let line = serde_json::json!({
        "job": what, "kiln_ms": median(own), "peer": "Burn's own on flex", "peer_ms": median(others), "ratio": median(ratios),
    });
    println!("{line}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
