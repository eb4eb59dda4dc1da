//! Operations that are one launch, or a few, on a GPU.

use burn::tensor::{DType, Tensor};
use kiln_core::Seed;
use kiln_kernels::{
    Act, dropout, linear, linear_relu_dropout, mean, pixels, stack, weighted_sum, weighted_sums,
};
use kiln_testkit::{assert_close, device};

use crate::{noise, run, same};

#[test]
fn linear_layers_with_dropout() {
    for [n, inputs, outputs] in [[1, 1, 1], [32, 64, 100], [7, 33, 10], [130, 5, 129]] {
        let what = format!("{n}: {inputs} to {outputs}");
        let data = (noise(4, [n, inputs]), noise(5, [inputs, outputs]), noise(6, [outputs]));
        let fused = |x, w, b| linear_relu_dropout(x, w, Some(b), 0.3, Seed::new(7));
        same::<2, 2>(&what, data.0.clone(), data.1.clone(), data.2.clone(), fused);
        // Not only close: the mask and the order of what is done are the same.
        let separate = |x, w, b| dropout(linear(x, w, Some(b), Act::Relu), 0.3, Seed::new(7));
        let fused = run::<2, 2>(DType::F32, &data.0, &data.1, &data.2, fused);
        assert!(fused == run::<2, 2>(DType::F32, &data.0, &data.1, &data.2, separate), "{what}");
        same::<2, 2>(&what, data.0, data.1, data.2, |x, w, _| {
            linear_relu_dropout(x, w, None, 0.3, Seed::new(7))
        });
    }
}

#[test]
fn means() {
    for count in [1, 2, 64, 255, 257, 5000, 70_000] {
        same::<1, 1>(&format!("{count}"), noise(1, [count]), noise(2, [1]), noise(3, [1]), |x, _, _| mean(x));
    }
    same::<2, 1>("two dimensions", noise(1, [9, 7]), noise(2, [1, 1]), noise(3, [1]), |x, _, _| {
        mean(x.transpose())
    });
    let nan = Tensor::<1>::from_floats([1.0, f32::NAN], &device());
    assert!(mean(nan).into_scalar::<f32>().is_nan());
}

#[test]
fn bytes_become_the_numbers_of_their_tables() {
    let tables: [[f32; 256]; 3] =
        std::array::from_fn(|c| std::array::from_fn(|byte| (byte as f32 / 255.0 - 0.3) / (0.2 + c as f32)));
    for [n, channels, height, width] in
        [[1, 1, 1, 1], [5, 3, 3, 7], [2, 2, 1, 3], [64, 1, 8, 8], [0, 1, 2, 2]]
    {
        let count = n * channels * height * width;
        let bytes: Vec<u8> = (0..count).map(|i| (i * 7919 % 256) as u8).collect();
        let plane = height * width;
        let expected: Vec<f32> =
            (0..count).map(|i| tables[i / plane % channels][usize::from(bytes[i])]).collect();
        for device in [device(), device().autodiff()] {
            let dims = [n, channels, height, width];
            let images = pixels(bytes.clone(), dims, &tables[..channels], &device);
            assert_eq!((images.dims(), images.device().is_autodiff()), (dims, device.is_autodiff()));
            // Bit for bit.
            assert_eq!(images.into_data().iter::<f32>().collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn single_numbers_in_a_row() {
    for count in [1, 2, 32, 100] {
        let numbers: Vec<f32> = (0..count).map(|n| n as f32 * 0.7 - 3.0).collect();
        let tensors = numbers.iter().map(|&number| Tensor::<1>::from_floats([number], &device()));
        let found = stack(tensors.collect()).into_data();
        assert_close(&found, &numbers.as_slice().into(), 0.0, 0.0);
    }
}

#[test]
fn sums_of_two_with_weights() {
    let (x, y) = (noise(1, [7, 9]), noise(2, [9, 7]));
    let on = |device: &burn::tensor::Device| {
        let x = Tensor::<2>::from_data(x.clone(), (device, DType::F32));
        let y = Tensor::<2>::from_data(y.clone(), (device, DType::F32)).transpose();
        weighted_sum(x, 0.9, y, 0.1).into_data()
    };
    assert_close(&on(&device()), &on(&burn::tensor::Device::flex()), 0.0, 1e-6);
    // Several at once, of different lengths, have the bits of each alone.
    let of = |seed, len| Tensor::<1>::from_data(noise(seed, [len]), (&device(), DType::F32));
    let (x, y, short, other) = (of(3, 300), of(4, 300), of(5, 7), of(6, 7));
    let both = weighted_sums([(x.clone(), 0.9, y.clone(), 0.1), (short.clone(), 2.0, other.clone(), -1.0)]);
    let alone = [weighted_sum(x, 0.9, y, 0.1), weighted_sum(short, 2.0, other, -1.0)];
    assert_eq!(both.map(Tensor::into_data), alone.map(Tensor::into_data));
}
