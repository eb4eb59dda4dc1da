//! Products of matrices in tiles: a cube makes 64 by 64 sums, 16 terms at a time. Each of its 256 units holds 4 by 4 of them.

use cubecl::prelude::*;

/// Units of a cube.
pub(super) const UNITS: u32 = 256;
/// Columns of a tile of either matrix.
pub(super) const TILE: usize = 64;
/// Terms that are in shared memory at once.
pub(super) const DEPTH: usize = 16;
/// The columns of a tile, and one more: units that write a column meet different banks of memory.
pub(super) const PITCH: usize = TILE + 1;
/// Numbers of a tile.
pub(super) const SHARED: usize = DEPTH * PITCH;

/// No sums yet.
#[cube]
pub(super) fn no_sums() -> Array<f32> {
    let mut sums = Array::<f32>::new(16usize);
    #[unroll]
    for n in 0..16usize {
        sums[n] = 0.0f32;
    }
    sums
}

/// Adds the products of [`DEPTH`] terms. Sum `4 · i + l` is that of column `column + 16 · i` of `a` and column `line + 16 · l` of `b`.
#[cube]
pub(super) fn multiply(
    a: &Shared<[f32]>,
    b: &Shared<[f32]>,
    sums: &mut Array<f32>,
    column: usize,
    line: usize,
) {
    for k in 0..DEPTH {
        let mut own = Sequence::<f32>::new();
        #[unroll]
        for i in 0..4usize {
            own.push(a[k * PITCH + column + comptime!(16 * i)]);
        }
        #[unroll]
        for l in 0..4usize {
            let other = b[k * PITCH + line + comptime!(16 * l)];
            #[unroll]
            for i in 0..4usize {
                sums[comptime!(4 * i + l)] += own[i] * other;
            }
        }
    }
}
