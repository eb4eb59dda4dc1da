//! Where filters look, and what follows a convolution in the same launch.

use burn::tensor::ops::ConvOptions;
use cubecl::prelude::*;

use super::tile::TILE;

/// The most cubes along an axis that every device takes.
pub(super) const MOST_CUBES: usize = 65_535;
/// What relu cut off has no winner among the pixels of its square.
pub(super) const NONE: u32 = 4;

/// What follows a convolution in the same launch.
#[allow(unreachable_pub, reason = "the extension of the backend is a public trait")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum After {
    /// Nothing.
    Nothing,
    /// Relu.
    Relu,
    /// Relu, then the largest of each square of 2 by 2 pixels; a last odd row or column is left out.
    ReluPool,
}

impl After {
    /// Side of the squares of pixels that become one.
    pub(super) fn side(self) -> usize {
        if self == Self::ReluPool { 2 } else { 1 }
    }

    /// Pixels of the output in a tile.
    pub(super) fn places(self) -> usize {
        TILE / (self.side() * self.side())
    }
}

/// Where the filters look.
#[allow(unreachable_pub, reason = "the extension of the backend is a public trait")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    pub(super) padding: [usize; 2],
    pub(super) dilation: [usize; 2],
    pub(super) groups: usize,
}

impl Window {
    /// `None` where there is no kernel for it: other padding at the end than at the beginning, or more of something than a launch has cubes.
    pub(crate) fn new(options: &ConvOptions<2>, weight: [usize; 4], x: [usize; 4]) -> Option<Self> {
        let padding = options.padding_begin();
        let window = Self {
            kernel: [weight[2], weight[3]],
            stride: options.stride,
            padding: [padding[0], padding[1]],
            dilation: options.dilation,
            groups: options.groups,
        };
        let places = x[0] * (x[2] + 2 * padding[0]) * (x[3] + 2 * padding[1]);
        let is_plain = !options.is_asymmetric() && x[1] == weight[1] * window.groups;
        let fits = match window.groups {
            1 => places.div_ceil(TILE) <= MOST_CUBES,
            // A cube for each number of the filters; units for all else.
            groups => {
                let most = places.saturating_mul(x[1].max(weight[0])) <= u32::MAX as usize;
                weight[0].is_multiple_of(groups)
                    && weight.iter().product::<usize>() < u32::MAX as usize
                    && most
            }
        };
        let is_something = weight.iter().chain(&x).all(|&dim| dim > 0);
        (is_plain && fits && is_something && window.sides(x).is_some()).then_some(window)
    }

    /// Whether the largest of each square of pixels is taken in the same launch.
    pub(crate) fn pools(self) -> bool {
        self.groups == 1
    }

    /// Numbers of a filter: what it sees of each channel of its group.
    pub(super) fn area(self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Height and width of what comes out, before pooling; `None` for images that are smaller than a filter.
    pub(super) fn sides(self, x: [usize; 4]) -> Option<[usize; 2]> {
        let side = |axis: usize, len: usize| {
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            Some((len + 2 * self.padding[axis]).checked_sub(reach)? / self.stride[axis] + 1)
        };
        Some([side(0, x[2])?, side(1, x[3])?])
    }
}

/// Item, line and column of place `index` in images of this height and width.
#[cube]
pub(super) fn place(index: usize, height: usize, width: usize) -> (usize, usize, usize) {
    (index / (height * width), index / width % height, index % width)
}
