//! How channels are cut so that what is worked on stays in the caches.

use std::ops::Range;

use super::super::ConvShape;
use crate::cpu::parallel::cut;

/// Channels of a block at most: more lines of a block are then in the second-level cache.
const CHANNELS: usize = cut(64, 16);

/// Floats of all pixels that a tile of results sees: they stay in the first-level cache from one vector of channels to the next.
const NEAR: usize = 6 * 1024;

/// Channels in blocks of whole vectors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channels {
    pub(super) count: usize,
    pub(super) lanes: usize,
    /// Channels of a block.
    per: usize,
}

impl Channels {
    /// Blocks end between groups.
    pub(super) fn new(shape: &ConvShape, lanes: usize) -> Self {
        let group = shape.c / shape.groups;
        let columns = 13 * shape.stride[1] + (shape.s - 1) * shape.dilation[1] + 1;
        let most = (NEAR / (shape.r * columns * group)).clamp(1, CHANNELS);
        let blocks = shape.c.div_ceil(most.next_multiple_of(lanes.max(16)));
        // Both are powers of two.
        let per = shape.c.div_ceil(blocks).next_multiple_of(lanes.max(group));
        Self { count: shape.c, lanes, per }
    }

    pub(super) fn blocks(&self) -> usize {
        self.count.div_ceil(self.per)
    }

    /// All channels with the last vector filled up.
    pub(super) fn padded(&self) -> usize {
        self.count.next_multiple_of(self.lanes)
    }

    /// Channels of block `index`, and their number with the last vector filled up.
    #[inline(always)]
    pub(super) fn block(&self, index: usize) -> (Range<usize>, usize) {
        let first = index * self.per;
        let range = first..(first + self.per).min(self.count);
        let width = range.len().next_multiple_of(self.lanes);
        (range, width)
    }
}
