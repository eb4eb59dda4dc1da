//! The gradients for weight and bias: every kernel's frequencies are summed up over all tiles and taken back in the cache.

use std::ops::Range;

use pulp::Simd;

use super::tiles::Tiles;
use super::{depth, groups};
use crate::cpu::arch::Arch;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::conv::source::Source;
use crate::cpu::conv::winograd::{Algorithm, Four, Geometry, Two, kernel_gradient};
use crate::cpu::order::transpose;
use crate::cpu::parallel::{Shared, Task, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Block, Blocks, Run, Segment, Start, load, store};

/// `dw`, `[k, c, 3, 3]`.
pub(in super::super::super) fn weight_grad(
    arch: Arch,
    geometry: &Geometry,
    x: Source<'_>,
    g: Source<'_>,
    dw: &mut [f32],
) {
    let blocks = arch.dispatch(BlocksOf(geometry.cout));
    if geometry.n == 0 {
        dw.fill(0.0);
    }
    let dw = Shared::new(dw);
    let depth = depth(geometry, blocks);
    for images in groups(geometry) {
        let first = images.start == 0;
        let inputs = Tiles::of_inputs(arch, geometry, x, images.clone(), depth);
        let gradients = Tiles::of_gradients(arch, geometry, g, images, blocks.width());
        let task = Sums { geometry, blocks, inputs: &inputs, gradients: &gradients, first, dw: &dw };
        for_each(arch, blocks.count(), geometry.flops, &task);
    }
}

struct Sums<'a> {
    geometry: &'a Geometry,
    blocks: Blocks,
    inputs: &'a Tiles,
    gradients: &'a Tiles,
    /// Whether these are the first images; others are added.
    first: bool,
    dw: &'a Shared<'a, f32>,
}

impl Task for Sums<'_> {
    /// One block of output channels.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let block = self.blocks.get(index);
        match self.geometry.tile {
            4 => self.block::<S, Four, 4, 6>(simd, block),
            _ => self.block::<S, Two, 2, 4>(simd, block),
        }
    }
}

impl Sums<'_> {
    #[inline(always)]
    fn block<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, block: Block) {
        let (cin, tiles, width) = (self.geometry.cin, self.inputs.count, block.width);
        let depth = self.inputs.part;
        let mut sums = Scratch::take(I * I * depth * width);
        let mut taps = Scratch::take(9 * depth * width);
        for first in (0..cin).step_by(depth) {
            let len = depth.min(cin - first);
            for frequency in 0..I * I {
                let a = self.inputs.at(first / depth, frequency);
                let b = self.gradients.at(block.first / self.gradients.part, frequency);
                let c = &mut sums[frequency * len * width..][..len * width];
                let run = Run {
                    a: a.as_ptr(),
                    a_row: 1,
                    a_step: depth,
                    b: b.as_ptr(),
                    b_step: self.gradients.part,
                    segments: &[Segment { a: 0, b: 0 }],
                    len: tiles,
                    c: c.as_mut_ptr(),
                    c_row: width,
                    rows: len,
                    lines: 1,
                    a_line: 0,
                    c_line: 0,
                    nv: block.nv,
                    cols: width,
                    start: Start::Zero,
                    relu: false,
                };
                // SAFETY: for each tile `a` has a row of `depth >= len` and `b` one of at least `width`; `c` has one for each input channel.
                unsafe { run.run(simd) };
            }
            take_back::<S, A, O, I>(simd, &sums, len, width, &mut taps);
            self.deliver(block, first..first + len, &taps);
        }
    }

    /// `taps`, `[input channel][tap][column]`, to their places in the weight.
    #[inline(always)]
    fn deliver(&self, block: Block, inputs: Range<usize>, taps: &[f32]) {
        let size = 9 * self.geometry.cin;
        let len = 9 * inputs.len();
        // SAFETY: each task has its own output channels.
        let dw = unsafe { self.dw.slice(block.first * size..(block.first + block.len) * size) };
        let dw = &mut dw[9 * inputs.start..];
        if self.first {
            transpose(taps, len, block.len, block.width, dw, size);
            return;
        }
        for (column, dw) in dw.chunks_mut(size).enumerate() {
            for (row, dw) in dw[..len].iter_mut().enumerate() {
                *dw += taps[row * block.width + column];
            }
        }
    }
}

/// `[frequency][input channel][column]` to `[input channel][tap][column]`.
#[inline(always)]
fn take_back<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
    simd: S,
    sums: &[f32],
    len: usize,
    width: usize,
    out: &mut [f32],
) {
    assert!(sums.len() >= I * I * len * width && out.len() >= 9 * len * width);
    for input in 0..len {
        for column in (0..width).step_by(S::F32_LANES) {
            let mut z = [[simd.splat_f32s(0.0); I]; I];
            for i in 0..I {
                for j in 0..I {
                    let at = ((I * i + j) * len + input) * width + column;
                    // SAFETY: the assertion above; `width` is whole vectors.
                    z[i][j] = unsafe { load::<S>(sums.as_ptr().add(at)) };
                }
            }
            let taps = kernel_gradient::<S, A, O, I>(simd, &z);
            for tap in 0..9 {
                let at = (9 * input + tap) * width + column;
                // SAFETY: as above.
                unsafe { store::<S>(out.as_mut_ptr().add(at), taps[tap / 3][tap % 3]) };
            }
        }
    }
}
