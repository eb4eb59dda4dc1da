//! Weights taken to frequencies.

use pulp::Simd;

use super::algorithm::{Algorithm, Four, Two};
use super::geometry::Geometry;
use super::transform::kernel;
use crate::cpu::arch::Arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, store};

/// `[block][frequency][input channel][column of the block]`.
pub(super) fn transform(arch: Arch, geometry: &Geometry, blocks: Blocks, weight: &[f32]) -> Scratch {
    let mut out = Scratch::take(geometry.frequencies() * geometry.cin * blocks.padded());
    let cost = out.len() * MEMORY;
    let vectors = blocks.padded() / blocks.lanes;
    for_each(arch, vectors, cost, &Transform { geometry, blocks, weight, out: Shared::new(&mut out) });
    out
}

struct Transform<'a> {
    geometry: &'a Geometry,
    blocks: Blocks,
    weight: &'a [f32],
    out: Shared<'a, f32>,
}

impl Task for Transform<'_> {
    /// One vector of output channels.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        match self.geometry.tile {
            4 => self.vector::<S, Four, 4, 6>(simd, index),
            _ => self.vector::<S, Two, 2, 4>(simd, index),
        }
    }
}

impl Transform<'_> {
    #[inline(always)]
    fn vector<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, index: usize) {
        let Geometry { cin, cout, backward, .. } = *self.geometry;
        let lanes = S::F32_LANES;
        let first = index * lanes;
        let block = self.blocks.get(first / self.blocks.width());
        let (w_in, w_out) = if backward { (9 * cout, 9) } else { (9, 9 * cin) };
        let there = (cout - first).min(lanes);
        for input in 0..cin {
            let mut taps = [[simd.splat_f32s(0.0); 3]; 3];
            for column in 0..there {
                let from = &self.weight[(first + column) * w_out + input * w_in..][..9];
                for (tap, &value) in from.iter().enumerate() {
                    let tap = if backward { 8 - tap } else { tap };
                    // SAFETY: `column` is below the number of lanes.
                    unsafe { (&raw mut taps[tap / 3][tap % 3]).cast::<f32>().add(column).write(value) };
                }
            }
            let values = kernel::<S, A, O, I>(simd, &taps);
            for (i, values) in values.iter().enumerate() {
                for (j, &value) in values.iter().enumerate() {
                    let row = (I * i + j) * cin + input;
                    let at = I * I * cin * block.first + row * block.width + first - block.first;
                    // SAFETY: `pointer` checks that a vector fits; each task has its own columns.
                    unsafe { store::<S>(self.out.pointer(at, lanes), value) };
                }
            }
        }
    }
}
