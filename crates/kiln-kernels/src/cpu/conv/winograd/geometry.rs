//! The tiles that Winograd's algorithm cuts a convolution into.

use std::ops::Range;

use super::choice;
use crate::cpu::conv::ConvShape;
use crate::cpu::order::Canvas;

/// A correlation with a 3×3 kernel over `source` padded at `shift`.
#[derive(Clone, Debug)]
pub(in super::super) struct Geometry {
    pub(in super::super) n: usize,
    pub(in super::super) cin: usize,
    pub(in super::super) cout: usize,
    pub(in super::super) source: [usize; 2],
    pub(in super::super) result: [usize; 2],
    pub(in super::super) shift: [isize; 2],
    /// Results of a tile in each direction: 2 or 4.
    pub(in super::super) tile: usize,
    /// Tiles down and across.
    pub(in super::super) tiles: [usize; 2],
    /// Whether the kernel is turned by 180° and its channels swapped, as the input gradient has it.
    pub(super) backward: bool,
    pub(in super::super) flops: usize,
}

impl Geometry {
    /// The forward pass of `shape`, if Winograd's algorithm fits it and pays.
    pub(in super::super) fn forward(shape: &ConvShape) -> Option<Self> {
        let shift = shape.padding.map(|padding| padding as isize);
        Self::new(shape, [shape.h, shape.w], [shape.ho(), shape.wo()], shift, false, 0.8)
    }

    /// The weight gradient of `shape`, if Winograd's algorithm fits it and pays.
    pub(in super::super) fn weights(shape: &ConvShape) -> Option<Self> {
        let shift = shape.padding.map(|padding| padding as isize);
        Self::new(shape, [shape.h, shape.w], [shape.ho(), shape.wo()], shift, false, 0.6)
    }

    /// The input gradient of `shape`, if Winograd's algorithm fits it and pays.
    pub(in super::super) fn backward(shape: &ConvShape) -> Option<Self> {
        let shift = shape.padding.map(|padding| 2 - padding as isize);
        Self::new(shape, [shape.ho(), shape.wo()], [shape.h, shape.w], shift, true, 0.8)
    }

    /// `None` where the choice falls on the direct algorithm.
    fn new(
        shape: &ConvShape,
        source: [usize; 2],
        result: [usize; 2],
        shift: [isize; 2],
        backward: bool,
        worth: f64,
    ) -> Option<Self> {
        let tile = choice::tile(shape, result, worth)?;
        let tiles = choice::tiles(tile, result);
        let (cin, cout) = if backward { (shape.k, shape.c) } else { (shape.c, shape.k) };
        let flops = shape.flops() / 2;
        Some(Self { n: shape.n, cin, cout, source, result, shift, tile, tiles, backward, flops })
    }

    /// The canvas of one image with every tile's inputs, `step` floats a pixel.
    pub(in super::super) fn canvas(&self, step: usize) -> Canvas {
        let [h, w] = self.tiles.map(|tiles| self.tile * tiles + 2);
        Canvas { h, w, step, top: self.shift[0], left: self.shift[1] }
    }

    /// The canvas of some rows of tiles.
    pub(super) fn canvas_of(&self, rows: Range<usize>, step: usize) -> Canvas {
        let [h, w] = [rows.len(), self.tiles[1]].map(|tiles| self.tile * tiles + 2);
        let top = self.shift[0] - (self.tile * rows.start) as isize;
        Canvas { h, w, step, top, left: self.shift[1] }
    }

    /// Products of a tile, for each pair of channels.
    pub(in super::super) fn frequencies(&self) -> usize {
        (self.tile + 2).pow(2)
    }
}
