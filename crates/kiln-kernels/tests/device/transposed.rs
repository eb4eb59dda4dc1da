//! Transposed convolutions, and convolutions along one axis.

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_kernels::{Act, conv_transpose1d, conv_transpose2d, conv1d};
use kiln_testkit::{assert_close, computes_in, device, gradient_check};

use crate::{noise, run, same};

/// The channels-last memory of a result of these kernels, or any other.
fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [_, channels, ..] = x.dims();
    let one = Tensor::<2>::eye(channels, &x.device()).cast(x.dtype()).reshape([channels, channels, 1, 1]);
    kiln_kernels::conv2d(x, one, None, ConvOptions::new([1; 2], [0; 2], [1; 2], 1), Act::None).mul_scalar(2.0)
}

#[test]
fn transposed_convolutions() {
    // N, C, H, W, K, R, S, stride, padding, padding_out, dilation, groups
    for [n, c, h, w, k, r, s, stride, padding, padding_out, dilation, groups] in [
        [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1],
        [2, 16, 7, 7, 8, 2, 2, 2, 0, 0, 1, 1],
        [2, 32, 7, 5, 24, 3, 3, 2, 1, 1, 1, 1],
        [1, 64, 8, 8, 32, 4, 4, 2, 1, 0, 1, 1],
        [2, 16, 9, 9, 33, 3, 3, 1, 1, 0, 1, 1],
        [3, 5, 4, 6, 7, 3, 2, 3, 0, 2, 1, 1],
        [2, 6, 5, 5, 9, 3, 3, 2, 2, 1, 2, 3],
        [2, 8, 5, 5, 8, 1, 1, 2, 0, 1, 1, 8],
        // More zeros at the end than a stride: no convolution's gradient.
        [1, 2, 4, 4, 3, 3, 3, 1, 0, 1, 2, 1],
    ] {
        let options =
            ConvTransposeOptions::new([stride; 2], [padding; 2], [padding_out; 2], [dilation; 2], groups);
        let options = &options;
        let (images, weight) = (noise(1, [n, c, h, w]), noise(2, [c, k / groups, r, s]));
        let what = format!("{n}x{c}x{h}x{w} to {k}, {r}x{s}, {options:?}");
        for act in [Act::None, Act::Relu] {
            same::<4, 4>(&what, images.clone(), weight.clone(), noise(3, [k]), |x, w, b| {
                conv_transpose2d(x, w, Some(b), options.clone(), act)
            });
        }
        same::<4, 4>(&what, images.clone(), weight.clone(), noise(3, [k]), |x, w, _| {
            conv_transpose2d(doubled(x), w, None, options.clone(), Act::None)
        });
    }
}

#[test]
fn along_one_axis() {
    for [n, c, len, k, r, stride, padding, dilation, groups] in [
        [1, 1, 1, 1, 1, 1, 0, 1, 1],
        [4, 32, 50, 64, 3, 1, 1, 1, 1],
        [2, 3, 17, 5, 4, 2, 3, 2, 1],
        [2, 8, 20, 8, 5, 1, 2, 1, 8],
    ] {
        let what = format!("{n}x{c}x{len} to {k}, {r}, stride {stride}, groups {groups}");
        let options = ConvOptions::new([stride], [padding], [dilation], groups);
        let x = || noise(1, [n, c, len]);
        same::<3, 3>(&what, x(), noise(2, [k, c / groups, r]), noise(3, [k]), |x, w, b| {
            conv1d(x, w, Some(b), options.clone(), Act::Relu)
        });
        let transposed = ConvTransposeOptions::new([stride], [padding], [stride - 1], [dilation], groups);
        if (len - 1) * stride + (r - 1) * dilation + stride > 2 * padding {
            same::<3, 3>(&what, x(), noise(2, [c, k / groups, r]), noise(3, [k]), |x, w, b| {
                conv_transpose1d(x, w, Some(b), transposed.clone(), Act::None)
            });
        }
    }
}

#[test]
fn it_is_pytorchs() {
    // PyTorch 2.15: conv_transpose2d(arange(8).view(1, 2, 2, 2) - 3, arange(12).view(2, 1, 2, 3) / 4, tensor([0.5]), stride=2, padding=1,
    // output_padding=1).
    let range = |len: i64, dims: [usize; 4]| {
        Tensor::<1, burn::tensor::Int>::arange(0..len, &device()).float().cast(DType::F32).reshape(dims)
    };
    let options = ConvTransposeOptions::new([2; 2], [1; 2], [1; 2], [1; 2], 1);
    let y = conv_transpose2d(
        range(8, [1, 2, 2, 2]) - 3.0,
        range(12, [2, 1, 2, 3]) / 4.0,
        Some(Tensor::from_floats([0.5], &device())),
        options,
        Act::None,
    );
    let expected = [0.0f64, 2.5, 3.5, 3.5, 5.5, 12.0, 7.5, 8.5, 7.0, 16.5, 10.5, 11.5];
    assert_close(&y.into_data(), &TensorData::new(expected.to_vec(), [1, 1, 3, 4]), 1e-6, 0.0);
}

#[test]
fn what_is_composed_agrees_with_finite_differences() {
    if !computes_in(DType::F64) {
        return;
    }
    let at: Vec<f64> = noise(20, [18]).iter().collect();
    gradient_check(
        |x| {
            let weight = Tensor::<4>::ones([2, 2, 2, 2], &x.device()).cast(DType::F64).mul_scalar(0.3);
            let options = ConvTransposeOptions::new([2; 2], [0; 2], [1; 2], [1; 2], 1);
            let y = conv_transpose2d(x.reshape([1, 2, 3, 3]), weight, None, options, Act::None);
            y.powi_scalar(2).flatten(0, 3)
        },
        &at,
        1e-6,
    );
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let step = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (images, weight) = (noise(1, [70, 32, 14, 14]), noise(2, [32, 24, 4, 4]));
            run::<4, 4>(DType::F32, &images, &weight, &noise(3, [24]), |x, w, b| {
                let options = ConvTransposeOptions::new([2; 2], [1; 2], [0; 2], [1; 2], 1);
                conv_transpose2d(x, w, Some(b), options, Act::Relu)
            })
        })
    };
    let expected = step(1);
    for threads in [2, 3, 8] {
        assert!(step(threads) == expected, "{threads} threads");
    }
}
