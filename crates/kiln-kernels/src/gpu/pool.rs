//! The largest of each rectangle of pixels.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn::tensor::DType;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, empty, like, units};

/// The pooled images, and which pixel of each rectangle of these sides it was. Images are row-major.
pub(super) fn max_pool(x: CubeTensor, sides: [usize; 2]) -> (CubeTensor, CubeTensor) {
    let x = into_contiguous(x);
    let [n, c, h, w] = x.shape().dims();
    let y = empty(&x, [n, c, h / sides[0], w / sides[1]]);
    let winners = like(&y, DType::U32);
    let count = elements(&y);
    if count > 0 {
        let (cubes, dim) = units(&y, count);
        let index = winners.clone().into_buffer_arg();
        pool::launch(
            &y.client,
            cubes,
            dim,
            x.into_tensor_arg(),
            y.clone().into_tensor_arg(),
            index,
            sides[0] as u32,
            sides[1] as u32,
        );
    }
    (y, winners)
}

/// The gradient before pooling, for images of `dims`.
pub(super) fn max_pool_backward(
    gradient: CubeTensor,
    winners: CubeTensor,
    dims: [usize; 4],
    sides: [usize; 2],
) -> CubeTensor {
    let dx = empty(&gradient, dims);
    let count = elements(&dx);
    if count > 0 {
        let (cubes, dim) = units(&dx, count);
        let out = dx.clone().into_tensor_arg();
        let (gradient, winners) = (into_contiguous(gradient).into_tensor_arg(), winners.into_buffer_arg());
        let [lines, columns] = sides.map(|side| side as u32);
        spread::launch(&dx.client, cubes, dim, gradient, winners, out, lines, columns);
    }
    dx
}

/// Unit `i` makes element `i`.
#[cube(launch)]
fn pool(x: &Tensor<f32>, y: &mut Tensor<f32>, winners: &mut [u32], lines: u32, columns: u32) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let (height, width) = (y.shape(2), y.shape(3));
        let (lines, columns) = (lines as usize, columns as usize);
        let line = i / width % height * lines;
        let first = (i / (height * width) * x.shape(2) + line) * x.shape(3) + i % width * columns;
        let mut best = x[first];
        let mut winner = 0u32;
        for k in 1..lines * columns {
            let value = x[first + k / columns * x.shape(3) + k % columns];
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
fn spread(gradient: &Tensor<f32>, winners: &[u32], dx: &mut Tensor<f32>, lines: u32, columns: u32) {
    let i = ABSOLUTE_POS;
    if i < dx.len() {
        let (height, width) = (dx.shape(2), dx.shape(3));
        let (lines, columns) = (lines as usize, columns as usize);
        let column = i % width;
        let line = i / width % height;
        let (h, w) = (line / lines, column / columns);
        let mut value = 0.0f32;
        if h < gradient.shape(2) && w < gradient.shape(3) {
            let at = (i / (height * width) * gradient.shape(2) + h) * gradient.shape(3) + w;
            if winners[at] == u32::cast_from(line % lines * columns + column % columns) {
                value = gradient[at];
            }
        }
        dx[i] = value;
    }
}
