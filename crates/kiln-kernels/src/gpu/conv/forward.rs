//! The convolution itself: rows of the one matrix are pixels with all that the filters see of them, rows of the other the filters.

use cubecl::prelude::*;

use super::tile::{DEPTH, PITCH, SHARED, multiply, no_sums};
use super::window::{After, NONE, Window, place};

/// A cube makes 64 pixels of 64 filters. Pooled, a unit holds the four pixels of a square.
#[cube(launch)]
pub(super) fn convolved(
    x: &Tensor<f32>,
    weight: &[f32],
    bias: &Sequence<OwnedTensor<f32>>,
    y: &mut Tensor<f32>,
    winners: &mut Sequence<OwnedTensor<u32>>,
    #[comptime] window: Window,
    #[comptime] after: After,
    #[comptime] biased: bool,
) {
    let unit = UNIT_POS as usize;
    let column = unit % 16;
    let line = unit / 16;
    let filters = y.shape(1);
    let height = y.shape(2);
    let width = y.shape(3);
    let places = y.shape(0) * height * width;
    let terms = x.shape(1) * comptime!(window.kernel[0] * window.kernel[1]);
    let first_place = CUBE_POS_X as usize * comptime!(after.places());
    let first_filter = CUBE_POS_Y as usize * 64;

    // The pixel whose inputs this unit fetches: of a square, pixels are 16 columns apart.
    let own = unit % 64;
    let own_place = first_place + own % comptime!(after.places());
    let corner = own / comptime!(after.places());
    let (item, h, w) = place(own_place, height, width);
    let top = (h * comptime!(after.side()) + corner / 2) * comptime!(window.stride[0]);
    let left = (w * comptime!(after.side()) + corner % 2) * comptime!(window.stride[1]);
    let inside = own_place < places;

    let mut a = Shared::<[f32]>::new_slice(SHARED);
    let mut b = Shared::<[f32]>::new_slice(SHARED);
    let mut sums = no_sums();
    let mut first = 0usize;
    while first < terms {
        #[unroll]
        for i in 0..4usize {
            let k = unit / 64 + comptime!(4 * i);
            let term = first + k;
            let channel = term / comptime!(window.kernel[0] * window.kernel[1]);
            let r = term / comptime!(window.kernel[1]) % comptime!(window.kernel[0]);
            let s = term % comptime!(window.kernel[1]);
            let below = top + r * comptime!(window.dilation[0]);
            let right = left + s * comptime!(window.dilation[1]);
            let mut input = 0.0f32;
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
            a[k * PITCH + own] = input;

            let filter = line + comptime!(16 * i);
            let mut factor = 0.0f32;
            if first_filter + filter < filters && first + column < terms {
                factor = weight[(first_filter + filter) * terms + first + column];
            }
            b[column * PITCH + filter] = factor;
        }
        sync_cube();
        multiply(&a, &b, &mut sums, column, line);
        sync_cube();
        first += DEPTH;
    }

    #[unroll]
    for l in 0..4usize {
        let filter = first_filter + line + comptime!(16 * l);
        if filter < filters {
            let mut shift = 0.0f32;
            if biased {
                shift = bias.index(0)[filter];
            }
            if comptime!(after == After::ReluPool) {
                let mut best = 0.0f32;
                let mut winner = u32::cast_from(NONE);
                #[unroll]
                for i in 0..4usize {
                    let value = sums[comptime!(4 * i + l)] + shift;
                    // The first one of equals; NaN is larger than any.
                    let larger = value > best || (value != value && best == best);
                    best = select(larger, value, best);
                    winner = select(larger, u32::cast_from(i), winner);
                }
                let target = first_place + column;
                if target < places {
                    let (item, h, w) = place(target, height, width);
                    let at = ((item * filters + filter) * height + h) * width + w;
                    y[at] = best;
                    winners.index_mut(0)[at] = winner;
                }
            } else {
                #[unroll]
                for i in 0..4usize {
                    let mut value = sums[comptime!(4 * i + l)] + shift;
                    if comptime!(after == After::Relu) {
                        // NaN stays.
                        value = select(value < 0.0f32, 0.0f32, value);
                    }
                    let target = first_place + column + comptime!(16 * i);
                    if target < places {
                        let (item, h, w) = place(target, height, width);
                        y[((item * filters + filter) * height + h) * width + w] = value;
                    }
                }
            }
        }
    }
}
