//! Layer normalisation, pooling, and the loss.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Int, Tensor, TensorData};
use kiln_kernels::{
    Act, avg_pool2d, conv2d, cross_entropy, flatten, global_avg_pool2d, global_max_pool2d, layer_norm,
    self_attention, softmax,
};
use kiln_testkit::{assert_close, computes_in, device, gradient_check};

use crate::{noise, run, same};

#[test]
fn layer_norms() {
    for (rows, columns) in [(1, 1), (2, 3), (33, 20), (128, 256), (700, 65)] {
        for act in [Act::None, Act::Relu] {
            let (x, gamma) = (noise(7, [rows, columns]), noise(8, [1, columns]));
            same::<2, 2>(
                &format!("{rows}x{columns} {act:?}"),
                x,
                gamma,
                noise(9, [columns]),
                |x, gamma, beta| layer_norm(x, gamma.reshape([columns]), beta, 1e-5, act),
            );
        }
    }
    let (x, gamma) = (noise(7, [2, 3, 4, 17]), noise(8, [1, 1, 1, 17]));
    same::<4, 4>("images", x, gamma, noise(9, [17]), |x, gamma, beta| {
        layer_norm(x, gamma.reshape([17]), beta, 1e-5, Act::None)
    });
}

#[test]
fn shares_of_rows() {
    for (dims, scale) in
        [([1, 1, 1, 1], 1.0), ([2, 3, 5, 7], 0.5), ([3, 1, 33, 33], 4.0), ([1, 2, 9, 197], -2.0)]
    {
        let nothing = (noise(8, [1, 1, 1, 1]), noise(9, [1]));
        same::<4, 4>(&format!("{dims:?}, {scale}"), noise(7, dims), nothing.0, nothing.1, |x, _, _| {
            // The input comes in another order in memory, too.
            softmax(x.clone().swap_dims(1, 2), scale).swap_dims(1, 2) + softmax(x.clone(), -scale) * x
        });
    }
    // PyTorch 2.15 in f64: torch.softmax(0.25 * torch.tensor([[4, -8, 0, 6], [0, 0, 1000, 0]]), -1).
    let x = Tensor::<2>::from_floats([[4.0, -8.0, 0.0, 6.0], [0.0, 0.0, 1000.0, 0.0]], &device());
    let expected = [
        [0.32611661396652075, 0.01623639015544746, 0.11997159770272663, 0.5376753981753052],
        [0.0, 0.0, 1.0, 0.0],
    ];
    assert_close(&softmax(x, 0.25).into_data(), &expected.into(), 1e-6, 1e-30);
}

#[test]
fn attention_of_heads() {
    for [items, tokens, heads, inner] in [[1, 1, 1, 1], [2, 5, 3, 4], [1, 33, 2, 20], [3, 17, 1, 7]] {
        let nothing = (noise(8, [1, 1, 1]), noise(9, [1]));
        let qkv = noise(7, [items, tokens, 3 * heads * inner]);
        let what = format!("{items}x{tokens}, {heads} heads of {inner}");
        same::<3, 3>(&what, qkv, nothing.0, nothing.1, |x, _, _| self_attention(x.mul_scalar(3.0), heads));
    }
}

/// Images as they come, and as a convolution leaves them in memory.
#[test]
fn pools_and_rows_of_images() {
    for dims in [[2, 3, 6, 6], [1, 17, 7, 9], [2, 4, 9, 5], [3, 1, 1, 1], [5, 64, 4, 4]] {
        let [_, channels, height, width] = dims;
        let nothing = || (noise(11, [1, 1, 1, 1]), noise(11, [1]));
        let last = |x: Tensor<4>| {
            let weight = Tensor::<4>::ones([channels, channels, 1, 1], &x.device()).cast(x.dtype());
            conv2d(x, weight, None, ConvOptions::new([1; 2], [0; 2], [1; 2], 1), Act::None)
        };
        for size in [1, 2, 3].into_iter().filter(|&size| size <= height.min(width)) {
            let (weight, bias) = nothing();
            same::<4, 4>(&format!("means of {size}, {dims:?}"), noise(10, dims), weight, bias, |x, _, _| {
                avg_pool2d(x.clone(), size) + avg_pool2d(last(x), size)
            });
        }
        let (weight, bias) = nothing();
        same::<4, 2>(&format!("global means, {dims:?}"), noise(10, dims), weight, bias, |x, _, _| {
            global_avg_pool2d(x.clone()) + global_avg_pool2d(last(x))
        });
        let (weight, bias) = nothing();
        same::<4, 2>(&format!("global maxima, {dims:?}"), noise(10, dims), weight, bias, |x, _, _| {
            global_max_pool2d(x.clone()) + global_max_pool2d(last(x))
        });
        let (weight, bias) = nothing();
        same::<4, 2>(&format!("rows, {dims:?}"), noise(10, dims), weight, bias, |x, _, _| {
            flatten(x.clone()) + flatten(last(x))
        });
    }
}

fn labels(rows: usize, classes: usize, like: &Tensor<2>) -> Tensor<1, Int> {
    let labels: Vec<i32> = (0..rows).map(|row| ((row * 7 + 3) % classes) as i32).collect();
    Tensor::from_ints(labels.as_slice(), &like.device())
}

#[test]
fn cross_entropies() {
    for (rows, classes) in [(1, 1), (1, 2), (130, 10), (7, 33)] {
        let weights: Vec<f64> = (0..classes).map(|class| 0.5 + class as f64 / 4.0).collect();
        for (weights, smoothing) in [(None, 0.0), (None, 0.1), (Some(&weights), 0.0), (Some(&weights), 0.3)] {
            let what = format!("{rows}x{classes}, smoothing {smoothing}, weights: {}", weights.is_some());
            let (x, nothing) = (noise(30, [rows, classes]), noise(31, [1, 1]));
            same::<2, 1>(&what, x, nothing, noise(31, [1]), |x, _, _| {
                let labels = labels(rows, classes, &x);
                cross_entropy(x.mul_scalar(9.0), labels, weights.map(Vec::as_slice), smoothing)
            });
        }
    }
}

#[test]
fn what_is_composed_agrees_with_finite_differences() {
    if !computes_in(DType::F64) {
        return;
    }
    let at: Vec<f64> = noise(20, [36]).iter().collect();
    let one = |x: &Tensor<1>, len| Tensor::<1>::ones([len], &x.device()).cast(DType::F64);
    gradient_check(
        |x| {
            let (gamma, beta) = (one(&x, 6).mul_scalar(1.5), one(&x, 6));
            layer_norm(x.reshape([6, 6]), gamma, beta, 1e-5, Act::None).powi_scalar(2).flatten(0, 1)
        },
        &at,
        1e-6,
    );
    gradient_check(|x| softmax(x.reshape([4, 9]), 3.0).powi_scalar(2).flatten(0, 1), &at, 1e-6);
    gradient_check(
        |x| {
            // Scores of ordinary size.
            let qkv = x.mul_scalar(3.0).reshape([2, 3, 6]);
            self_attention(qkv, 2).powi_scalar(2).flatten(0, 2)
        },
        &at,
        1e-6,
    );
    gradient_check(|x| avg_pool2d(x.reshape([1, 1, 6, 6]), 2).powi_scalar(2).flatten(0, 3), &at, 1e-6);
    gradient_check(|x| global_avg_pool2d(x.reshape([1, 4, 3, 3])).powi_scalar(2).flatten(0, 1), &at, 1e-6);
    gradient_check(|x| global_max_pool2d(x.reshape([1, 4, 3, 3])).powi_scalar(2).flatten(0, 1), &at, 1e-6);
    gradient_check(
        |x| {
            let x: Tensor<2> = x.reshape([9, 4]);
            let labels = labels(9, 4, &x);
            cross_entropy(x, labels, Some(&[0.5, 1.0, 2.0, 1.5]), 0.2)
        },
        &at,
        1e-6,
    );
}

/// On a GPU the labels are not looked at.
#[test]
fn a_label_that_is_no_class_panics() {
    if device() != burn::tensor::Device::flex() {
        return;
    }
    for label in [-1, 2] {
        let fails = std::panic::catch_unwind(|| {
            let logits = Tensor::<2>::zeros([1, 2], &device());
            let labels = Tensor::<1, Int>::from_ints([label], &device());
            cross_entropy(logits, labels, None, 0.0)
        });
        assert!(fails.is_err(), "{label}");
    }
}

#[test]
fn nan_propagates() {
    let x = || Tensor::<4>::from_floats([[[[f32::NAN, 1.0], [2.0, f32::INFINITY]]]], &device());
    assert!(global_avg_pool2d(x()).into_scalar::<f32>().is_nan());
    assert!(avg_pool2d(x(), 2).into_scalar::<f32>().is_nan());
    let row = Tensor::<2>::from_floats([[f32::NAN, 1.0], [1.0, 3.0]], &device());
    let one = || Tensor::<1>::ones([2], &device());
    let y: Vec<f32> = layer_norm(row.clone(), one(), one(), 1e-5, Act::Relu).into_data().iter().collect();
    assert!(y[0].is_nan() && y[1].is_nan() && y[2..].iter().all(|y| y.is_finite()), "{y:?}");
    let y: Vec<f32> = softmax(row.clone(), 1.0).into_data().iter().collect();
    assert!(y[0].is_nan() && y[1].is_nan() && (y[2] + y[3] - 1.0).abs() < 1e-6, "{y:?}");
    let losses = cross_entropy(row, Tensor::from_ints([1, 1], &device()), None, 0.0).into_data();
    let losses: Vec<f32> = losses.iter().collect();
    assert!(losses[0].is_nan() && losses[1].is_finite(), "{losses:?}");
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let step = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (images, scale): (TensorData, TensorData) =
                (noise(1, [260, 64, 14, 14]), noise(2, [1, 1, 1, 64]));
            run::<4, 1>(DType::F32, &images, &scale, &noise(3, [64]), |x, gamma, beta| {
                let y = global_avg_pool2d(avg_pool2d(x.clone(), 2)) + global_max_pool2d(x);
                let y = layer_norm(y, gamma.reshape([64]), beta, 1e-5, Act::None);
                let labels = labels(260, 64, &y);
                cross_entropy(y, labels, None, 0.1)
            })
        })
    };
    let expected = step(1);
    for threads in [2, 3, 8] {
        assert!(step(threads) == expected, "{threads} threads");
    }
}

#[test]
fn losses_are_pytorchs() {
    // PyTorch 2.15 in f64: cross_entropy(…, weight=torch.tensor([1, 2, 3]), label_smoothing=0.1, reduction="none").
    let logits = Tensor::<2>::from_floats([[1.0, -1.0, 0.5], [0.0, 2.0, -3.0]], &device());
    let labels = Tensor::<1, Int>::from_ints([0, 2], &device());
    let losses = cross_entropy(logits, labels, Some(&[1.0, 2.0, 3.0]), 0.1).into_data();
    assert_close(&losses, &[0.793785944939523f64, 14.451917844476636].into(), 1e-6, 0.0);
}
