//! Pooling over windows and over whole images.

mod average;
mod global;
mod max;

pub use average::{avg_pool2d, avg_pool2d_grad};
pub use global::{global_max_pool, global_max_pool_grad, global_mean_pool, global_mean_pool_grad};
pub use max::{max_pool2d, max_pool2d_grad};

use std::ops::Range;

use super::conv::out_len;
use super::order::Order;

/// A pooling over windows: input `[n, c, h, w]`, output `[n, c, ho, wo]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolShape {
    /// Images.
    pub n: usize,
    /// Channels.
    pub c: usize,
    /// Height of the input.
    pub h: usize,
    /// Width of the input.
    pub w: usize,
    /// Size of the window, down and across.
    pub kernel: [usize; 2],
    /// Distance of the windows, down and across.
    pub stride: [usize; 2],
    /// Border above and below, left and right, at most half the window.
    pub padding: [usize; 2],
}

impl PoolShape {
    /// Height of the output. Windows that do not fit are left out.
    pub fn ho(&self) -> usize {
        out_len(self.h, self.kernel[0], self.stride[0], self.padding[0], 1)
    }

    /// Width of the output.
    pub fn wo(&self) -> usize {
        out_len(self.w, self.kernel[1], self.stride[1], self.padding[1], 1)
    }

    /// Elements of the input.
    pub fn x_len(&self) -> usize {
        self.n * self.c * self.h * self.w
    }

    /// Elements of the output.
    pub fn y_len(&self) -> usize {
        self.n * self.c * self.ho() * self.wo()
    }

    fn check(&self) {
        assert!(self.c > 0, "pooling: no channels");
        assert!(self.kernel.iter().chain(&self.stride).all(|&len| len > 0), "pooling: kernel or stride 0");
        assert!(
            self.padding[0] * 2 <= self.kernel[0] && self.padding[1] * 2 <= self.kernel[1],
            "pooling: padding above half the window"
        );
        assert!(u32::try_from(self.h * self.w).is_ok(), "pooling: image too large");
    }

    /// The tasks that images are cut into: whole images, or single planes when channels are apart.
    fn planes(&self, order: Order) -> Planes {
        match order {
            Order::Nhwc => Planes { count: self.n, lanes: self.c },
            Order::Nchw => Planes { count: self.n * self.c, lanes: 1 },
        }
    }

    /// Operations, for the decision about threads.
    fn cost(&self) -> usize {
        (self.x_len() + self.y_len() * self.kernel[0] * self.kernel[1]) * 4
    }

    /// Lines of the image in the window of output line `i`.
    #[inline(always)]
    fn lines(&self, i: usize) -> Range<usize> {
        window(i, self.h, self.kernel[0], self.stride[0], self.padding[0])
    }

    /// Columns of the image in the window of output column `j`.
    #[inline(always)]
    fn columns(&self, j: usize) -> Range<usize> {
        window(j, self.w, self.kernel[1], self.stride[1], self.padding[1])
    }
}

/// A tensor as `count` blocks of `[pixels, lanes]`: in NHWC the lanes are channels, in NCHW each channel is a block.
#[derive(Clone, Copy, Debug)]
struct Planes {
    count: usize,
    lanes: usize,
}

#[inline(always)]
fn window(i: usize, len: usize, kernel: usize, stride: usize, padding: usize) -> Range<usize> {
    let start = i * stride;
    // Never empty: padding is at most half the window, which fits. (An image of no pixels has no windows.)
    start.saturating_sub(padding)..(start + kernel - padding).min(len)
}
