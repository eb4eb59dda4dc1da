//! Every operation in f32, which has kernels of its own on flex, against the same operation in f64, which is composed of
//! Burn's everywhere: values and gradients. What is composed is checked against finite differences.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod elementwise;
mod heads;
mod launched;
mod pools;
mod together;
mod tokens;
mod transposed;

use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Device, Tensor, TensorData};
use kiln_core::Seed;
use kiln_kernels::{
    Act, NormAct, add, batch_norm, conv2d, conv2d_relu_pool, dropout, global_avg_pool2d, hard_swish, linear,
    max_pool2d, scale,
};
use kiln_testkit::{assert_close, computes_in, device, gradient_check};

/// Numbers between -1 and 1.
fn noise<const D: usize>(seed: u64, dims: [usize; D]) -> TensorData {
    let seed = Seed::new(seed);
    let len = dims.iter().product::<usize>() as u64;
    TensorData::new((0..len).map(|i| 2.0 * seed.uniform(i) - 1.0).collect::<Vec<f64>>(), dims)
}

/// The device under test in f32; in f64 one that computes in it, as wgpu does not everywhere where it says so.
fn device_for(dtype: DType) -> Device {
    if computes_in(dtype) { device() } else { Device::flex() }
}

fn tensor<const D: usize>(data: &TensorData, dtype: DType) -> Tensor<D> {
    let device = device_for(dtype).autodiff();
    Tensor::from_data(data.clone().convert_dtype(dtype), (&device, dtype)).require_grad()
}

/// Output and gradients of a weighted sum of the output, which lets no error cancel.
fn run<const A: usize, const O: usize>(
    dtype: DType,
    images: &TensorData,
    weight: &TensorData,
    bias: &TensorData,
    operation: impl Fn(Tensor<A>, Tensor<A>, Tensor<1>) -> Tensor<O>,
) -> [TensorData; 4] {
    let (x, w, b) = (tensor::<A>(images, dtype), tensor::<A>(weight, dtype), tensor::<1>(bias, dtype));
    let y = operation(x.clone(), w.clone(), b.clone());
    let weights = noise(99, y.dims()).convert_dtype(dtype);
    let weights = Tensor::<O>::from_data(weights, (&device_for(dtype).autodiff(), dtype));
    let gradients = (y.clone() * weights).sum().backward();
    let zero = |tensor: &TensorData| TensorData::zeros::<f32, _>(tensor.shape().clone());
    [
        y.into_data(),
        x.grad(&gradients).map_or_else(|| zero(images), Tensor::into_data),
        w.grad(&gradients).map_or_else(|| zero(weight), Tensor::into_data),
        b.grad(&gradients).map_or_else(|| zero(bias), Tensor::into_data),
    ]
}

fn same<const A: usize, const O: usize>(
    what: &str,
    images: TensorData,
    weight: TensorData,
    bias: TensorData,
    operation: impl Fn(Tensor<A>, Tensor<A>, Tensor<1>) -> Tensor<O> + Copy,
) {
    let fast = run(DType::F32, &images, &weight, &bias, operation);
    let exact = run(DType::F64, &images, &weight, &bias, operation);
    println!("{what}");
    for (fast, exact) in fast.iter().zip(&exact) {
        let scale = exact.iter::<f64>().fold(1.0, |scale: f64, value| scale.max(value.abs()));
        assert_close(fast, exact, 0.0, 1e-5 * scale);
    }
}

#[test]
fn convolutions() {
    let mut cases = 0;
    // N, C, H, W, K, R, S, stride, padding, dilation, groups
    for [n, c, h, w, k, r, s, stride, padding, dilation, groups] in [
        [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1],
        [2, 1, 28, 28, 32, 3, 3, 1, 1, 1, 1],
        [3, 3, 9, 7, 5, 3, 3, 1, 1, 1, 1],
        [2, 16, 8, 8, 32, 3, 3, 1, 1, 1, 1],
        [2, 32, 7, 5, 48, 3, 3, 1, 0, 1, 1],
        [2, 17, 6, 9, 19, 3, 3, 1, 1, 1, 1],
        [1, 4, 11, 13, 6, 5, 3, 2, 2, 1, 1],
        [2, 6, 12, 12, 9, 3, 3, 1, 2, 2, 3],
        [2, 8, 9, 9, 8, 3, 3, 2, 1, 1, 8],
        [1, 5, 6, 6, 7, 1, 1, 3, 0, 1, 1],
        // Groups: one for each channel, as ConvNeXt and MobileNet have them; more filters than channels.
        [3, 17, 9, 8, 17, 7, 7, 1, 3, 1, 17],
        [2, 24, 7, 9, 24, 5, 5, 2, 2, 1, 24],
        [2, 4, 7, 7, 8, 3, 2, 1, 1, 2, 4],
        [2, 2, 5, 5, 3, 2, 4, 1, 3, 1, 1],
        // More than fit a tile: filters, pixels and terms; channels.
        [5, 3, 21, 19, 70, 3, 3, 1, 1, 1, 1],
        [2, 70, 6, 5, 3, 3, 3, 1, 1, 1, 1],
    ] {
        let options = ConvOptions::new([stride; 2], [padding; 2], [dilation; 2], groups);
        let options = &options;
        let (images, weight) = (noise(1, [n, c, h, w]), noise(2, [k, c / groups, r, s]));
        let what = format!("{n}x{c}x{h}x{w}, {k} filters of {r}x{s}, {options:?}");
        for act in [Act::None, Act::Relu] {
            let (images, weight) = (images.clone(), weight.clone());
            same::<4, 4>(&what, images, weight, noise(3, [k]), |x, w, b| {
                conv2d(x, w, Some(b), options.clone(), act)
            });
        }
        same::<4, 4>(&what, images.clone(), weight.clone(), noise(3, [k]), |x, w, _| {
            conv2d(x, w, None, options.clone(), Act::None)
        });
        // Two in a row: the second gets its input channels-last.
        same::<4, 4>(&what, images.clone(), weight.clone(), noise(3, [k]), |x, w, b| {
            let x = conv2d(
                x.clone() * 1.5,
                Tensor::<4>::ones([c, c, 1, 1], &x.device()).cast(x.dtype()),
                None,
                ConvOptions::new([1; 2], [0; 2], [1; 2], 1),
                Act::None,
            );
            conv2d(x, w, Some(b), options.clone(), Act::Relu)
        });
        if h + 2 * padding > (r - 1) * dilation + stride && w + 2 * padding > (s - 1) * dilation + stride {
            same::<4, 4>(&what, images, weight, noise(3, [k]), |x, w, b| {
                conv2d_relu_pool(x, w, Some(b), options.clone())
            });
        }
        cases += 1;
    }
    assert_eq!(cases, 16);
}

#[test]
fn linear_layers() {
    for [n, inputs, outputs] in
        [[1, 1, 1], [32, 64, 100], [128, 784, 512], [7, 33, 10], [128, 256, 10], [3, 5, 129], [1700, 3, 40]]
    {
        for act in [Act::None, Act::Relu] {
            let what = format!("{n}: {inputs} to {outputs}, {act:?}");
            let (x, weight) = (noise(4, [n, inputs]), noise(5, [inputs, outputs]));
            same::<2, 2>(&what, x.clone(), weight.clone(), noise(6, [outputs]), |x, w, b| {
                linear(x, w, Some(b), act)
            });
            same::<2, 2>(&what, x, weight, noise(6, [outputs]), |x, w, _| linear(x, w, None, act));
        }
    }
}

#[test]
fn batch_norms() {
    let hard = NormAct::HardSwish;
    for (dims, act) in [
        ([5, 3, 4, 6], NormAct::Relu),
        ([2, 17, 1, 3], NormAct::None),
        ([4, 64, 8, 8], NormAct::Relu),
        ([3, 24, 5, 7], hard),
    ] {
        let c = dims[1];
        let what = format!("{dims:?} {act:?}");
        // The scale comes in as a tensor of four dimensions, to fit the helper.
        same::<4, 4>(&what, noise(7, dims), noise(8, [1, c, 1, 1]), noise(9, [c]), |x, gamma, beta| {
            batch_norm(x, gamma.reshape([c]), beta, 1e-5, act).output
        });
    }
    for (n, c) in [(2, 1), (33, 20), (128, 256)] {
        same::<2, 2>(
            &format!("{n}x{c}"),
            noise(7, [n, c]),
            noise(8, [1, c]),
            noise(9, [c]),
            |x, gamma, beta| batch_norm(x, gamma.reshape([c]), beta, 1e-5, Act::Relu).output,
        );
    }
    let x = tensor::<2>(&TensorData::from([[1.0, 10.0], [3.0, 10.0], [8.0, 10.0]]), DType::F32);
    let one = Tensor::<1>::ones([2], &x.device());
    let found = batch_norm(x, one.clone(), one, 1e-5, Act::None);
    assert_close(&found.mean.into_data(), &[4.0f64, 10.0].into(), 1e-6, 0.0);
    assert_close(&found.variance.into_data(), &[26.0f64 / 3.0, 0.0].into(), 1e-6, 1e-9);
}

/// Burn would add up what branches give for the node that they began at; so do the kernels.
#[test]
fn gradients_of_branches_meet() {
    let options = || ConvOptions::new([1; 2], [0; 2], [1; 2], 1);
    same::<4, 4>(
        "branches",
        noise(12, [2, 24, 5, 7]),
        noise(13, [24, 24, 1, 1]),
        noise(14, [24]),
        |x, w, b| {
            let x = hard_swish(x);
            let branch = conv2d(x.clone(), w, Some(b), options(), Act::None);
            let gated = scale(branch.clone(), global_avg_pool2d(branch));
            // Twice the same, one in the order of the other, and one of two branches.
            add(add(gated, x.clone(), Act::None), add(x.clone(), x, Act::Relu), Act::None)
        },
    );
}

#[test]
fn what_is_composed_agrees_with_finite_differences() {
    let at: Vec<f64> = noise(20, [36]).iter().collect();
    let weight = tensor::<4>(&noise(21, [2, 1, 3, 3]), DType::F64).detach();
    let options = || ConvOptions::new([1; 2], [1; 2], [1; 2], 1);
    if !computes_in(DType::F64) {
        return;
    }
    let on = |w: Tensor<4>, x: &Tensor<1>| Tensor::from_data(w.into_data(), (&x.device(), DType::F64));
    gradient_check(
        |x| {
            let w = on(weight.clone(), &x);
            conv2d_relu_pool(x.reshape([1, 1, 6, 6]), w, None, options()).flatten(0, 3)
        },
        &at,
        1e-6,
    );
    gradient_check(
        |x| {
            let one = Tensor::<1>::ones([3], &x.device()).cast(DType::F64);
            let y = batch_norm(x.reshape([12, 3]), one.clone(), one, 1e-5, Act::Relu).output;
            y.powi_scalar(2).flatten(0, 1)
        },
        &at,
        1e-6,
    );
}

/// NaN and infinity go through as in PyTorch: relu(NaN) is NaN, and NaN wins a maximum.
#[test]
fn nan_and_infinity_propagate() {
    let x = || Tensor::<4>::from_floats([[[[f32::NAN, 1.0], [2.0, f32::INFINITY]]]], &device());
    let one = Tensor::<4>::ones([1, 1, 1, 1], &device());
    let options = || ConvOptions::new([1; 2], [0; 2], [1; 2], 1);
    let y: Vec<f32> = conv2d(x(), one.clone(), None, options(), Act::Relu).into_data().iter().collect();
    assert!(y[0].is_nan() && y[1..] == [1.0, 2.0, f32::INFINITY], "{y:?}");
    let row = Tensor::<2>::from_floats([[f32::NAN, -1.0]], &device());
    let eye = Tensor::<2>::from_floats([[1.0, 0.0], [0.0, 1.0]], &device());
    let y: Vec<f32> = linear(row, eye, None, Act::Relu).into_data().iter().collect();
    assert!(y[0].is_nan() && y[1].is_nan(), "0 · NaN is NaN: {y:?}");
    #[cfg(feature = "flex")]
    if device() == burn::tensor::Device::flex() {
        for y in [max_pool2d(x(), 2), conv2d_relu_pool(x(), one, None, options())] {
            assert!(y.into_scalar::<f32>().is_nan());
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let step = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (images, weight) = (noise(1, [9, 16, 14, 14]), noise(2, [32, 16, 3, 3]));
            let options = ConvOptions::new([1; 2], [1; 2], [1; 2], 1);
            run::<4, 2>(DType::F32, &images, &weight, &noise(3, [32]), |x, w, b| {
                let y = conv2d(x, w, Some(b.clone()), options.clone(), Act::Relu);
                let y = max_pool2d(batch_norm(y, b.clone(), b, 1e-5, Act::Relu).output, 2);
                let y: Tensor<2> = dropout(y, 0.2, Seed::new(1)).flatten(1, 3);
                linear(y.clone(), Tensor::ones([32 * 49, 11], &y.device()), None, Act::Relu)
            })
        })
    };
    let expected = step(1);
    for threads in [2, 3, 8] {
        assert!(step(threads) == expected, "{threads} threads");
    }
}
