//! The gradients of a convolution. What came after it is undone where the gradient is read.

use cubecl::prelude::*;

use super::tile::{DEPTH, PITCH, SHARED, multiply, no_sums};
use super::window::{After, Window, place};

/// The gradient of what the convolution gave at a pixel; 0 outside of the images.
#[cube]
pub(super) fn before(
    gradient: &Tensor<f32>,
    outputs: &Sequence<OwnedTensor<f32>>,
    winners: &Sequence<OwnedTensor<u32>>,
    item: usize,
    filter: usize,
    line: usize,
    column: usize,
    #[comptime] after: After,
) -> f32 {
    let h = line / comptime!(after.side());
    let w = column / comptime!(after.side());
    let mut value = 0.0f32;
    if h < gradient.shape(2) && w < gradient.shape(3) {
        value = gradient[item * gradient.stride(0)
            + filter * gradient.stride(1)
            + h * gradient.stride(2)
            + w * gradient.stride(3)];
        let at = ((item * gradient.shape(1) + filter) * gradient.shape(2) + h) * gradient.shape(3) + w;
        if comptime!(after == After::Relu) {
            value = select(outputs.index(0)[at] > 0.0f32, value, 0.0f32);
        }
        if comptime!(after == After::ReluPool) {
            let corner = u32::cast_from(line % 2 * 2 + column % 2);
            value = select(winners.index(0)[at] == corner, value, 0.0f32);
        }
    }
    value
}

/// A cube makes 64 pixels of 64 channels.
#[cube(launch)]
pub(super) fn input_gradient(
    gradient: &Tensor<f32>,
    outputs: &Sequence<OwnedTensor<f32>>,
    winners: &Sequence<OwnedTensor<u32>>,
    weight: &[f32],
    dx: &mut Tensor<f32>,
    #[comptime] window: Window,
    #[comptime] after: After,
) {
    let unit = UNIT_POS as usize;
    let column = unit % 16;
    let line = unit / 16;
    let channels = dx.shape(1);
    let height = dx.shape(2);
    let width = dx.shape(3);
    let places = dx.shape(0) * height * width;
    let terms = gradient.shape(1) * comptime!(window.kernel[0] * window.kernel[1]);
    let first_place = CUBE_POS_X as usize * 64;
    let first_channel = CUBE_POS_Y as usize * 64;

    let own = unit % 64;
    let (item, h, w) = place(first_place + own, height, width);
    let inside = first_place + own < places;

    let mut a = Shared::<[f32]>::new_slice(SHARED);
    let mut b = Shared::<[f32]>::new_slice(SHARED);
    let mut sums = no_sums();
    let mut first = 0usize;
    while first < terms {
        #[unroll]
        for i in 0..4usize {
            let k = unit / 64 + comptime!(4 * i);
            let term = first + k;
            let filter = term / comptime!(window.kernel[0] * window.kernel[1]);
            let r = term / comptime!(window.kernel[1]) % comptime!(window.kernel[0]);
            let s = term % comptime!(window.kernel[1]);
            // The pixel of the output that this filter's number made of the input's, if there is one.
            let down = h + comptime!(window.padding[0]) - r * comptime!(window.dilation[0]);
            let right = w + comptime!(window.padding[1]) - s * comptime!(window.dilation[1]);
            let mut value = 0.0f32;
            if inside
                && term < terms
                && h + comptime!(window.padding[0]) >= r * comptime!(window.dilation[0])
                && w + comptime!(window.padding[1]) >= s * comptime!(window.dilation[1])
                && down % comptime!(window.stride[0]) == 0usize
                && right % comptime!(window.stride[1]) == 0usize
            {
                let down = down / comptime!(window.stride[0]);
                let right = right / comptime!(window.stride[1]);
                value = before(gradient, outputs, winners, item, filter, down, right, after);
            }
            a[k * PITCH + own] = value;

            let channel = line + comptime!(16 * i);
            let term = first + column;
            let mut factor = 0.0f32;
            if first_channel + channel < channels && term < terms {
                let filter = term / comptime!(window.kernel[0] * window.kernel[1]);
                let inner = term % comptime!(window.kernel[0] * window.kernel[1]);
                factor = weight[(filter * channels + first_channel + channel)
                    * comptime!(window.kernel[0] * window.kernel[1])
                    + inner];
            }
            b[column * PITCH + channel] = factor;
        }
        sync_cube();
        multiply(&a, &b, &mut sums, column, line);
        sync_cube();
        first += DEPTH;
    }

    #[unroll]
    for i in 0..4usize {
        let target = first_place + column + comptime!(16 * i);
        let (item, h, w) = place(target, height, width);
        #[unroll]
        for l in 0..4usize {
            let channel = first_channel + line + comptime!(16 * l);
            if target < places && channel < channels {
                dx[((item * channels + channel) * height + h) * width + w] = sums[comptime!(4 * i + l)];
            }
        }
    }
}

/// A cube makes 64 numbers of 64 filters, of the pixels of its slice. The number behind the last of a filter is its bias.
#[cube(launch)]
pub(super) fn weight_gradient(
    x: &Tensor<f32>,
    gradient: &Tensor<f32>,
    outputs: &Sequence<OwnedTensor<f32>>,
    winners: &Sequence<OwnedTensor<u32>>,
    weights: &mut [f32],
    biases: &mut [f32],
    span: u32,
    #[comptime] window: Window,
    #[comptime] after: After,
) {
    let unit = UNIT_POS as usize;
    let column = unit % 16;
    let line = unit / 16;
    let filters = gradient.shape(1);
    let height = gradient.shape(2);
    let width = gradient.shape(3);
    let corners = comptime!(after.side() * after.side());
    let pixels = gradient.shape(0) * height * width * corners;
    let terms = x.shape(1) * comptime!(window.kernel[0] * window.kernel[1]);
    let first_term = CUBE_POS_X as usize * 64;
    let first_filter = CUBE_POS_Y as usize * 64;
    let slice = CUBE_POS_Z as usize;
    let mut first = slice * span as usize;
    let end = select(first + span as usize > pixels, pixels, first + span as usize);

    let mut a = Shared::<[f32]>::new_slice(SHARED);
    let mut b = Shared::<[f32]>::new_slice(SHARED);
    let mut sums = no_sums();
    while first < end {
        // The pixel that this unit fetches.
        let pixel = first + column;
        let inside = pixel < end;
        let (item, h, w) = place(pixel / corners, height, width);
        let corner = pixel % corners;
        let h = h * comptime!(after.side()) + corner / 2;
        let w = w * comptime!(after.side()) + corner % 2;
        #[unroll]
        for i in 0..4usize {
            let term = first_term + line + comptime!(16 * i);
            let channel = term / comptime!(window.kernel[0] * window.kernel[1]);
            let r = term / comptime!(window.kernel[1]) % comptime!(window.kernel[0]);
            let s = term % comptime!(window.kernel[1]);
            let below = h * comptime!(window.stride[0]) + r * comptime!(window.dilation[0]);
            let right = w * comptime!(window.stride[1]) + s * comptime!(window.dilation[1]);
            let mut input = select(term == terms, 1.0f32, 0.0f32);
            if inside
                && term < terms
                && below >= comptime!(window.padding[0])
                && right >= comptime!(window.padding[1])
                && below < x.shape(2) + comptime!(window.padding[0])
                && right < x.shape(3) + comptime!(window.padding[1])
            {
                input = x[item * x.stride(0)
                    + channel * x.stride(1)
                    + (below - comptime!(window.padding[0])) * x.stride(2)
                    + (right - comptime!(window.padding[1])) * x.stride(3)];
            }
            a[column * PITCH + line + comptime!(16 * i)] = input;

            let filter = first_filter + line + comptime!(16 * i);
            let mut value = 0.0f32;
            if inside && filter < filters {
                value = before(gradient, outputs, winners, item, filter, h, w, after);
            }
            b[column * PITCH + line + comptime!(16 * i)] = value;
        }
        sync_cube();
        multiply(&a, &b, &mut sums, column, line);
        sync_cube();
        first += DEPTH;
    }

    #[unroll]
    for i in 0..4usize {
        let term = first_term + column + comptime!(16 * i);
        #[unroll]
        for l in 0..4usize {
            let filter = first_filter + line + comptime!(16 * l);
            if filter < filters {
                if term < terms {
                    weights[(slice * filters + filter) * terms + term] = sums[comptime!(4 * i + l)];
                }
                if term == terms {
                    biases[slice * filters + filter] = sums[comptime!(4 * i + l)];
                }
            }
        }
    }
}
