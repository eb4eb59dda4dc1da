//! Relu and pooling of squares of 2 by 2 pixels behind a convolution. Images are channels-last in memory, as convolutions take them.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn::tensor::{DType, Shape};
use cubecl::prelude::*;

use super::tensors::{elements, units};

/// What was cut off by relu.
const NONE: u32 = 4;

/// The pooled images, and which pixel of each square went on.
pub(super) fn relu_pool(x: CubeTensor) -> (CubeTensor, CubeTensor) {
    let [n, c, h, w] = x.shape().dims();
    let y = images(&x, [n, c, h / 2, w / 2], x.dtype);
    let winners = images(&x, [n, c, h / 2, w / 2], DType::U32);
    let count = elements(&y);
    if count > 0 {
        let (cubes, dim) = units(&x, count);
        let (out, index) = (y.clone().into_tensor_arg(), winners.clone().into_tensor_arg());
        pool::launch(&x.client, cubes, dim, x.clone().into_tensor_arg(), out, index);
    }
    (y, winners)
}

/// The gradient before relu and pooling, for images of `dims`.
pub(super) fn relu_pool_backward(gradient: CubeTensor, winners: CubeTensor, dims: [usize; 4]) -> CubeTensor {
    let dx = images(&gradient, dims, gradient.dtype);
    let count = elements(&dx);
    if count > 0 {
        let (cubes, dim) = units(&dx, count);
        let out = dx.clone().into_tensor_arg();
        let (gradient, winners) = (gradient.into_tensor_arg(), winners.into_tensor_arg());
        spread::launch(&dx.client, cubes, dim, gradient, winners, out);
    }
    dx
}

/// Memory for images, channels-last.
fn images(like: &CubeTensor, [n, c, h, w]: [usize; 4], dtype: DType) -> CubeTensor {
    let handle = like.client.empty(n * c * h * w * dtype.size());
    let shape = Shape::from([n, h, w, c]);
    let tensor = CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, dtype);
    burn_cubecl::ops::permute_nhwc_to_nchw(tensor)
}

/// Unit `i` makes element `i` in memory.
#[cube(launch)]
fn pool(x: &Tensor<f32>, y: &mut Tensor<f32>, winners: &mut Tensor<u32>) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let (channels, height, width) = (y.shape(1), y.shape(2), y.shape(3));
        let c = i % channels;
        let column = i / channels % width;
        let line = i / (channels * width) % height;
        let n = i / (channels * width * height);
        let first = n * x.stride(0) + c * x.stride(1) + 2 * line * x.stride(2) + 2 * column * x.stride(3);
        let mut best = 0.0f32;
        let mut winner = u32::cast_from(NONE);
        for k in 0..4usize {
            let value = x[first + k / 2 * x.stride(2) + k % 2 * x.stride(3)];
            // The first one of equals; NaN is larger than any.
            let larger = value > best || (value != value && best == best);
            best = select(larger, value, best);
            winner = select(larger, u32::cast_from(k), winner);
        }
        y[i] = best;
        winners[i] = winner;
    }
}

#[cube(launch)]
fn spread(gradient: &Tensor<f32>, winners: &Tensor<u32>, dx: &mut Tensor<f32>) {
    let i = ABSOLUTE_POS;
    if i < dx.len() {
        let (channels, height, width) = (dx.shape(1), dx.shape(2), dx.shape(3));
        let c = i % channels;
        let column = i / channels % width;
        let line = i / (channels * width) % height;
        let n = i / (channels * width * height);
        let mut value = 0.0f32;
        if line / 2 < gradient.shape(2) && column / 2 < gradient.shape(3) {
            let k = u32::cast_from(line % 2 * 2 + column % 2);
            let (h, w) = (line / 2, column / 2);
            let own =
                n * winners.stride(0) + c * winners.stride(1) + h * winners.stride(2) + w * winners.stride(3);
            if winners[own] == k {
                value = gradient[n * gradient.stride(0)
                    + c * gradient.stride(1)
                    + h * gradient.stride(2)
                    + w * gradient.stride(3)];
            }
        }
        dx[i] = value;
    }
}
