//! Pooling, and images in another order in memory.

use kiln_kernels::cpu::{Order, PoolShape, Scratch, global_max_pool, global_mean_pool, max_pool2d, reorder};

use super::shape::wrong;
use super::step::Step;
use crate::error::InferError;
use crate::kept;

/// The largest side of a window.
const SIDE: usize = 1 << 12;

/// The maximum of windows.
#[derive(Debug)]
pub(super) struct MaxPool {
    /// Of one image.
    shape: PoolShape,
    order: Order,
}

impl MaxPool {
    pub(super) fn new(
        place: &str,
        [c, h, w]: [usize; 3],
        order: Order,
        [side, stride, padding]: [usize; 3],
    ) -> Result<Self, InferError> {
        let possible =
            (1..=SIDE).contains(&side) && (1..=SIDE).contains(&stride) && 2 * (padding.min(SIDE)) <= side;
        if !possible || side > h.min(w) + 2 * padding {
            let reason =
                format!("windows of {side} with padding {padding} and stride {stride} do not fit {h} × {w}");
            return Err(wrong(place, reason));
        }
        let [kernel, stride, padding] = [side, stride, padding].map(|size| [size; 2]);
        Ok(Self { shape: PoolShape { n: 1, c, h, w, kernel, stride, padding }, order })
    }

    /// `[channels, height, width]` of what it makes.
    pub(super) fn result(&self) -> [usize; 3] {
        [self.shape.c, self.shape.ho(), self.shape.wo()]
    }
}

impl Step for MaxPool {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let shape = PoolShape { n, ..self.shape };
        let mut y = Scratch::take(shape.y_len());
        kept::places(shape.y_len(), |index| max_pool2d(&shape, x, self.order, &mut y, index));
        y
    }
}

/// The maximum or the mean of each channel.
#[derive(Debug)]
pub(super) struct Global {
    channels: usize,
    pixels: usize,
    order: Order,
    is_max: bool,
}

impl Global {
    pub(super) fn new([channels, h, w]: [usize; 3], order: Order, is_max: bool) -> Self {
        Self { channels, pixels: h * w, order, is_max }
    }
}

impl Step for Global {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let (shape, len) = ([n, self.channels, self.pixels], n * self.channels);
        let mut y = Scratch::take(len);
        if self.is_max {
            kept::places(len, |index| global_max_pool(shape, x, self.order, &mut y, index));
        } else {
            global_mean_pool(shape, x, self.order, &mut y);
        }
        y
    }
}

/// The same images in another order.
#[derive(Debug)]
pub(super) struct Turn {
    channels: usize,
    pixels: usize,
    from: Order,
    to: Order,
}

impl Turn {
    pub(super) fn new([channels, h, w]: [usize; 3], from: Order, to: Order) -> Self {
        Self { channels, pixels: h * w, from, to }
    }
}

impl Step for Turn {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let mut y = Scratch::take(x.len());
        reorder(n, self.channels, self.pixels, x, self.from, &mut y, self.to);
        y
    }

    fn in_place(&self, _: &mut [f32]) -> bool {
        // Of one channel, or one pixel, both orders are the same.
        self.channels == 1 || self.pixels == 1
    }
}
