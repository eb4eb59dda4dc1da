//! The choice of Winograd: whether it fits a convolution and pays, and on which tiles.

use crate::cpu::conv::ConvShape;
use crate::cpu::parallel::cut;

/// With fewer channels the transforms cost more than the multiplications that they save.
const CHANNELS: usize = cut(16, 3);

/// Side of the tiles, 2 or 4, for a result of this size; `None` where the direct algorithm is better.
///
/// Tiles of 4 are taken where their products are at most `worth` of those of tiles of 2, because their transforms cost more.
pub(super) fn tile(shape: &ConvShape, result: [usize; 2], worth: f64) -> Option<usize> {
    let fits = (shape.r, shape.s) == (3, 3)
        && (shape.stride, shape.dilation) == ([1, 1], [1, 1])
        && shape.groups == 1
        && shape.c.min(shape.k) >= CHANNELS;
    let products = |tile: usize| (tile + 2).pow(2) * tiles(tile, result).iter().product::<usize>();
    let tile = if products(4) as f64 <= worth * products(2) as f64 { 4 } else { 2 };
    // Against 9 products a result: pays unless tiles hang over the edge.
    let pays = 5 * products(tile) <= 4 * 9 * result[0] * result[1];
    (fits && pays).then_some(tile)
}

/// Tiles down and across.
pub(super) fn tiles(tile: usize, result: [usize; 2]) -> [usize; 2] {
    result.map(|len| len.div_ceil(tile))
}
