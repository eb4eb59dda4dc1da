//! Winograd's algorithm for many channels on few tiles, as at the end of a network.
//!
//! There the weights at all frequencies are far larger than what they are multiplied by. So every task has a block of output channels and
//! all tiles: it takes a part of its weights to frequencies in the cache, where they are used up and never go to memory.

mod tiles;
mod weight_grad;

pub(in super::super) use weight_grad::weight_grad;

use std::ops::Range;

use pulp::Simd;

use super::transform::{kernel, output_tile};
use super::{Algorithm, Four, Geometry, Two};
use crate::cpu::act::Act;
use crate::cpu::arch::Arch;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::conv::source::Source;
use crate::cpu::order::transpose;
use crate::cpu::parallel::{Shared, Task, cut, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Block, Blocks, Run, Segment, Start, load, store};
use tiles::Tiles;

/// Weights from which on they outweigh the tiles, and tiles that are worked on together: fewer in tests, which so meet several groups.
const WEIGHTS: usize = cut(128 * 256, 12 * 12);
const TILES: usize = if cfg!(test) { 32 } else { 256 };

/// Input channels whose weights are at frequencies at once, at most, and floats of these weights.
const DEPTH: usize = cut(64, 16);
const NEAR: usize = 72 * 1024;

/// Input channels that are worked on at once.
fn depth(geometry: &Geometry, blocks: Blocks) -> usize {
    (NEAR / (geometry.frequencies() * blocks.width())).next_multiple_of(16).clamp(16, DEPTH)
}

/// Whether this way of computing is for `geometry`.
pub(in super::super) fn fits(geometry: &Geometry) -> bool {
    geometry.cin * geometry.cout >= WEIGHTS && geometry.tiles[0] * geometry.tiles[1] <= 64
}

/// Correlates every image of `source` as `geometry` says, to `out`, `[n, h, w, cout]`.
pub(in super::super) fn correlate(
    arch: Arch,
    geometry: &Geometry,
    source: Source<'_>,
    weight: &[f32],
    bias: Option<&[f32]>,
    act: Act,
    out: &Shared<'_, f32>,
) {
    let blocks = arch.dispatch(BlocksOf(geometry.cout));
    let mut padded = Scratch::zeroed(blocks.padded());
    if let Some(bias) = bias {
        padded[..geometry.cout].copy_from_slice(bias);
    }
    let relu = act == Act::Relu;
    let depth = depth(geometry, blocks);
    for images in groups(geometry) {
        let tiles = Tiles::of_inputs(arch, geometry, source, images.clone(), depth);
        let (tiles, bias) = (&tiles, &padded[..]);
        let task = Correlate { geometry, blocks, images, tiles, weight, bias, relu, out };
        for_each(arch, blocks.count(), geometry.flops, &task);
    }
}

/// Images whose tiles are worked on together.
fn groups(geometry: &Geometry) -> impl Iterator<Item = Range<usize>> {
    let n = geometry.n;
    let per = (TILES / (geometry.tiles[0] * geometry.tiles[1])).max(1);
    (0..n).step_by(per).map(move |first| first..(first + per).min(n))
}

struct Correlate<'a> {
    geometry: &'a Geometry,
    blocks: Blocks,
    images: Range<usize>,
    tiles: &'a Tiles,
    weight: &'a [f32],
    bias: &'a [f32],
    relu: bool,
    out: &'a Shared<'a, f32>,
}

impl Task for Correlate<'_> {
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

impl Correlate<'_> {
    #[inline(always)]
    fn block<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, block: Block) {
        let (cin, tiles, width) = (self.geometry.cin, self.tiles.count, block.width);
        let depth = self.tiles.part;
        let mut taps = Scratch::take(9 * depth * width);
        let mut frequencies = Scratch::take(I * I * depth * width);
        let mut products = Scratch::take(I * I * tiles * width);
        for first in (0..cin).step_by(depth) {
            let len = depth.min(cin - first);
            self.taps(first, len, block, &mut taps);
            take_to_frequencies::<S, A, O, I>(simd, &taps, len, width, &mut frequencies);
            for frequency in 0..I * I {
                let a = self.tiles.at(first / depth, frequency);
                let b = &frequencies[frequency * len * width..][..len * width];
                let c = &mut products[frequency * tiles * width..][..tiles * width];
                let run = Run {
                    a: a.as_ptr(),
                    a_row: depth,
                    a_step: 1,
                    b: b.as_ptr(),
                    b_step: width,
                    segments: &[Segment { a: 0, b: 0 }],
                    len,
                    c: c.as_mut_ptr(),
                    c_row: width,
                    rows: tiles,
                    lines: 1,
                    a_line: 0,
                    c_line: 0,
                    nv: block.nv,
                    cols: width,
                    start: if first == 0 { Start::Zero } else { Start::Accumulate },
                    relu: false,
                };
                // SAFETY: `a` has a row of `depth >= len` for each tile, `b` `len` rows of `width`, `c` one for each tile, exclusive.
                unsafe { run.run(simd) };
            }
        }
        self.deliver::<S, A, O, I>(simd, block, &products);
    }

    /// The kernels of some input channels for the block, `[input channel][tap][column]`.
    #[inline(always)]
    fn taps(&self, first: usize, len: usize, block: Block, out: &mut [f32]) {
        let Geometry { cin, cout, backward, .. } = *self.geometry;
        if block.len < block.width {
            out.fill(0.0);
        }
        if backward {
            for (input, out) in (first..first + len).zip(out.chunks_exact_mut(9 * block.width)) {
                let from = &self.weight[9 * (input * cout + block.first)..][..9 * block.len];
                // Turned by 180°.
                for (column, from) in from.chunks_exact(9).enumerate() {
                    for (tap, &value) in from.iter().enumerate() {
                        out[(8 - tap) * block.width + column] = value;
                    }
                }
            }
        } else {
            let from = &self.weight[9 * (block.first * cin + first)..];
            transpose(from, block.len, 9 * len, 9 * cin, out, block.width);
        }
    }

    /// Products back from frequencies, to their pixels.
    #[inline(always)]
    fn deliver<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
        &self,
        simd: S,
        block: Block,
        products: &[f32],
    ) {
        let geometry = self.geometry;
        let [h, w] = geometry.result;
        let [down, across] = geometry.tiles;
        let (width, tiles) = (block.width, self.tiles.count);
        let bias = &self.bias[block.first..][..width];
        let mut pixels = Scratch::take(h * w * width);
        for (index, image) in self.images.clone().enumerate() {
            for tile in 0..down * across {
                let [y, x] = [O * (tile / across), O * (tile % across)];
                let from = &products[(index * down * across + tile) * width..];
                let to = &mut pixels[(y * w + x) * width..];
                let there = [(h - y).min(O), (w - x).min(O)];
                let distance = tiles * width;
                output_tile::<S, A, O, I>(simd, from, distance, bias, self.relu, to, w * width, width, there);
            }
            for (pixel, from) in pixels.chunks_exact(width).enumerate() {
                let at = (image * h * w + pixel) * geometry.cout + block.first;
                // SAFETY: each task has its own columns.
                unsafe { self.out.slice(at..at + block.len) }.copy_from_slice(&from[..block.len]);
            }
        }
    }
}

/// `[input channel][tap][column]` to `[frequency][input channel][column]`.
#[inline(always)]
fn take_to_frequencies<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
    simd: S,
    taps: &[f32],
    len: usize,
    width: usize,
    out: &mut [f32],
) {
    assert!(taps.len() >= 9 * len * width && out.len() >= I * I * len * width);
    for input in 0..len {
        for column in (0..width).step_by(S::F32_LANES) {
            let mut g = [[simd.splat_f32s(0.0); 3]; 3];
            for tap in 0..9 {
                // SAFETY: the assertion above; `width` is whole vectors.
                let value = unsafe { load::<S>(taps.as_ptr().add((9 * input + tap) * width + column)) };
                g[tap / 3][tap % 3] = value;
            }
            let values = kernel::<S, A, O, I>(simd, &g);
            for (i, values) in values.iter().enumerate() {
                for (j, &value) in values.iter().enumerate() {
                    let at = ((I * i + j) * len + input) * width + column;
                    // SAFETY: as above.
                    unsafe { store::<S>(out.as_mut_ptr().add(at), value) };
                }
            }
        }
    }
}
