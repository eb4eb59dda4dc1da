//! Activations, sums of branches and gates of channels.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::device::DeviceName;
use kiln_kernels::{
    Act, add, conv2d, gelu, global_avg_pool2d, hard_sigmoid, hard_swish, mish, scale, selu, sigmoid, silu,
};
use kiln_testkit::{assert_close, computes_in, device, device_name, gradient_check};

use crate::{noise, run, same};

/// The same images as a convolution leaves them in memory.
fn last(x: Tensor<4>) -> Tensor<4> {
    let [_, channels, ..] = x.dims();
    let mut one = vec![0.0f32; channels * channels];
    one.iter_mut().step_by(channels + 1).for_each(|one| *one = 1.0);
    let one = TensorData::new(one, [channels, channels, 1, 1]).convert_dtype(x.dtype());
    let weight = Tensor::<4>::from_data(one, (&x.device(), x.dtype()));
    conv2d(x, weight, None, ConvOptions::new([1; 2], [0; 2], [1; 2], 1), Act::None)
}

fn five(x: Tensor<4>) -> Tensor<4> {
    sigmoid(x.clone()) + hard_sigmoid(x.clone()) + silu(x.clone()) + hard_swish(x.clone()) + gelu(x)
}

const SIZES: [[usize; 4]; 4] = [[2, 3, 6, 6], [1, 17, 7, 9], [3, 1, 1, 1], [5, 64, 4, 4]];

#[test]
fn activations() {
    for dims in SIZES {
        let nothing = (noise(2, [1, 1, 1, 1]), noise(3, [1]));
        same::<4, 4>(&format!("{dims:?}"), noise(1, dims), nothing.0, nothing.1, |x, _, _| {
            let x = x.mul_scalar(6.0);
            five(x.clone()) + five(last(x))
        });
    }
    for dims in [[1, 1], [33, 20], [700, 65]] {
        same::<2, 2>(&format!("{dims:?}"), noise(1, dims), noise(2, [1, 1]), noise(3, [1]), |x, _, _| {
            let x = x.mul_scalar(6.0);
            let others = selu(x.clone()) + mish(x.clone());
            others + silu(x.clone()) + gelu(x.clone().transpose()).transpose() + hard_swish(x)
        });
    }
}

/// In both orders in memory, and with one branch in each.
#[test]
fn branches() {
    for act in [Act::None, Act::Relu] {
        for dims in SIZES {
            let what = format!("{dims:?}, {act:?}");
            same::<4, 4>(&what, noise(1, dims), noise(2, dims), noise(3, [1]), |x, y, _| {
                let one = add(x.clone(), y.clone(), act) + add(last(x.clone()), last(y.clone()), act);
                one + add(last(x.clone()), y.clone(), act) + add(x, last(y), act)
            });
        }
    }
}

/// As squeeze-and-excitation has them: the gates come from the images themselves.
#[test]
fn gates() {
    for dims in SIZES {
        let [images, channels, ..] = dims;
        let gates = noise(2, [images, channels, 1, 1]);
        same::<4, 4>(&format!("{dims:?}"), noise(1, dims), gates, noise(3, [1]), |x, gates, _| {
            let gates = gates.reshape([images, channels]);
            let own = hard_sigmoid(global_avg_pool2d(x.clone()) + gates.clone());
            scale(x.clone(), own) + scale(last(x), gates)
        });
    }
}

#[test]
fn what_is_composed_agrees_with_finite_differences() {
    // Burn composes ndarray's sigmoid in f32, whatever the type: no differences can be taken.
    if !computes_in(DType::F64) || device_name() == DeviceName::NdArray {
        return;
    }
    let at: Vec<f64> = noise(20, [36]).iter().map(|x: f64| 4.0 * x).collect();
    gradient_check(|x| five(x.reshape([1, 4, 3, 3])).flatten(0, 3), &at, 1e-6);
    gradient_check(
        |x| {
            let x: Tensor<4> = x.reshape([2, 2, 3, 3]);
            let gates = sigmoid(global_avg_pool2d(x.clone()));
            add(scale(x.clone(), gates), x, Act::Relu).flatten(0, 3)
        },
        &at,
        1e-6,
    );
}

type Case = (fn(Tensor<1>) -> Tensor<1>, [f64; 7], [f64; 7]);

#[test]
fn values_and_slopes_are_pytorchs() {
    // PyTorch 2.15 in f64 at these places: sigmoid, hardsigmoid, silu, hardswish, gelu, selu, mish; then the gradients of their sums.
    let places = [-4.0, -2.5, -0.3, 0.0, 0.7, 2.9, 5.0];
    let cases: [Case; 7] = [
        (
            sigmoid,
            [
                0.01798620996209156,
                0.07585818002124355,
                0.425557483188341,
                0.5,
                0.6681877721681662,
                0.9478464369215823,
                0.9933071490757153,
            ],
            [
                0.017662706213291118,
                0.07010371654510815,
                0.24445831169074586,
                0.25,
                0.22171287329310904,
                0.049433568936643184,
                0.006648056670790033,
            ],
        ),
        (
            hard_sigmoid,
            [0.0, 0.08333333333333333, 0.45, 0.5, 0.6166666666666667, 0.9833333333333334, 1.0],
            [
                0.0,
                0.1666666716337204,
                0.1666666716337204,
                0.1666666716337204,
                0.1666666716337204,
                0.1666666716337204,
                0.0,
            ],
        ),
        (
            silu,
            [
                -0.07194483984836623,
                -0.18964545005310887,
                -0.1276672449565023,
                0.0,
                0.46773144051771626,
                2.7487546670725886,
                4.966535745378576,
            ],
            [
                -0.05266461489107291,
                -0.09940111134152683,
                0.3522199896811173,
                0.5,
                0.8233867834733425,
                1.0912037868378475,
                1.0265474324296655,
            ],
        ),
        (
            hard_swish,
            [0.0, -0.20833333333333334, -0.135, 0.0, 0.43166666666666664, 2.8516666666666666, 5.0],
            [0.0, -0.33333333333333337, 0.4, 0.5, 0.7333333333333333, 1.4666666666666668, 1.0],
        ),
        (
            gelu,
            [
                -0.00012668496733247991,
                -0.015524163314440398,
                -0.1146265733433142,
                0.0,
                0.5306254434438489,
                2.8945891414288862,
                4.999998566742141,
            ],
            [
                -0.0005036496612264215,
                -0.03761108590814519,
                0.26767223317289013,
                0.5,
                0.9766141011336599,
                1.015396530716966,
                1.000007146946002,
            ],
        ),
        (
            selu,
            [
                -1.7258986281898945,
                -1.6137857588732425,
                -0.45566731537912203,
                0.0,
                0.7354906911488363,
                3.047032863330893,
                5.253504936777402,
            ],
            [
                0.03220071265748214,
                0.1443135819741343,
                1.3024320254682547,
                1.7580993408473766,
                1.0507009873554805,
                1.0507009873554805,
                1.0507009873554805,
            ],
        ),
        (
            mish,
            [
                -0.07259174079202535,
                -0.19681620390653337,
                -0.15113317713833455,
                0.0,
                0.5611483776438518,
                2.8842668281130717,
                4.999552077529406,
            ],
            [
                -0.053773209793480325,
                -0.10974357275018563,
                0.40851087693570215,
                0.6,
                0.9687948682001859,
                1.0243191256661055,
                1.0008002248320829,
            ],
        ),
    ];
    for (index, (of, values, slopes)) in cases.into_iter().enumerate() {
        println!("case {index}");
        let x = Tensor::<1>::from_floats(places, &device().autodiff()).require_grad();
        let y = of(x.clone());
        assert_close(&y.to_data(), &values.into(), 1e-6, 1e-7);
        let gradients = y.sum().backward();
        let found = x.grad(&gradients).unwrap().into_data();
        assert_close(&found, &slopes.into(), 1e-6, 1e-6);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let step = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (images, gates) = (noise(1, [20, 64, 24, 24]), noise(2, [20, 64, 1, 1]));
            run::<4, 4>(DType::F32, &images, &gates, &noise(3, [1]), |x, gates, _| {
                let x = last(x);
                add(scale(gelu(x.clone()), gates.reshape([20, 64])), silu(x), Act::Relu)
            })
        })
    };
    let expected = step(1);
    for threads in [2, 3, 8] {
        assert!(step(threads) == expected, "{threads} threads");
    }
}
