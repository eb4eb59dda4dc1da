//! Winograd's F(2×2, 3×3) and F(4×4, 3×3): stride-1 3×3 correlation on tiles of the result.
//!
//! `Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A` (Lavin and Gray 2016): the inputs `d` of a tile and the weights `g` are taken to 16 or 36
//! "frequencies", in each of which the sum over channels is a matrix product over tiles, and the products back. For one result
//! that is 4 or 2.25 multiplications instead of 9.

mod algorithm;
mod choice;
mod geometry;
mod transform;
mod weight;
pub(super) mod wide;

pub(super) use algorithm::{Algorithm, Four, Two};
pub(super) use geometry::Geometry;
pub(super) use transform::{gradient_tile, input_tile, kernel_gradient};

use crate::cpu::arch::Arch;
use pulp::Simd;
use transform::output_tile;

use super::direct::BlocksOf;
use super::ready::{Ready, Weight};
use super::source::{Sink, Source};
use crate::cpu::act::Act;
use crate::cpu::parallel::{Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Floats of transformed inputs and products that a task works on at once: about half of a core's L2.
const WORKING_SET: usize = cut(160 * 1024, 0);

/// Tiles at once even if they need more: all weights pass by for each such group.
const TILES: usize = cut(48, 2);

/// Correlates every image of `source` as `geometry` says.
pub(super) fn correlate(
    arch: Arch,
    geometry: &Geometry,
    source: Source<'_>,
    weight: Weight<'_>,
    bias: Option<&[f32]>,
    act: Act,
    sink: &Sink<'_>,
) {
    let blocks = arch.dispatch(BlocksOf(geometry.cout));
    let step = geometry.cin.next_multiple_of(blocks.lanes);
    let mut padded = Scratch::zeroed(blocks.padded());
    if let Some(bias) = bias {
        padded[..geometry.cout].copy_from_slice(bias);
    }
    let tiles = (WORKING_SET / geometry.frequencies() / (step + blocks.width())).clamp(TILES, 128);
    // Whole rows of tiles; small images several at once.
    let rows = (tiles / geometry.tiles[1]).max(1);
    let images = (rows / geometry.tiles[0]).clamp(1, geometry.n.max(1));
    let made;
    let weight = match weight.ready {
        Some(Ready::Frequencies(weight)) => weight,
        _ => {
            made = weight::transform(arch, geometry, blocks, weight.raw);
            &made
        }
    };
    let task = Correlate {
        geometry,
        blocks,
        step,
        rows,
        images,
        source,
        weight,
        bias: padded,
        relu: act == Act::Relu,
        sink,
    };
    for_each(arch, geometry.n.div_ceil(images), geometry.flops, &task);
}

/// A weight at its frequencies, as [`correlate`] takes it.
pub(super) fn frequencies(arch: Arch, geometry: &Geometry, weight: &[f32]) -> Scratch {
    weight::transform(arch, geometry, arch.dispatch(BlocksOf(geometry.cout)), weight)
}

struct Correlate<'a> {
    geometry: &'a Geometry,
    blocks: Blocks,
    /// Floats a pixel on the canvas: input channels with the last vector filled up.
    step: usize,
    /// Rows of tiles at once.
    rows: usize,
    /// Images a task.
    images: usize,
    source: Source<'a>,
    /// `[block][frequency][input channel][column]`.
    weight: &'a [f32],
    bias: Scratch,
    relu: bool,
    sink: &'a Sink<'a>,
}

impl Task for Correlate<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        match self.geometry.tile {
            4 => self.images::<S, Four, 4, 6>(simd, index),
            _ => self.images::<S, Two, 2, 4>(simd, index),
        }
    }
}

impl Correlate<'_> {
    #[inline(always)]
    fn images<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, index: usize) {
        let geometry = self.geometry;
        let images = piece(index, self.images, geometry.n);
        let canvas = geometry.canvas(self.step);
        let [h, w] = geometry.result;
        let (channels, out_step) = (geometry.cout, self.blocks.padded());
        let size = h * w * out_step;
        let mut inputs = Scratch::zeroed(images.len() * canvas.len());
        let [sh, sw] = geometry.source;
        for (image, inputs) in images.clone().zip(inputs.chunks_exact_mut(canvas.len())) {
            self.source.place(image, [geometry.cin, sh, sw], 0, geometry.cin, canvas, inputs);
        }
        // SAFETY: each image belongs to one task; images of a task follow each other.
        let in_place = unsafe { self.sink.in_place_all(images.clone(), channels, h * w, out_step) };
        if let Some(out) = in_place {
            self.tiles::<S, A, O, I>(simd, images.len(), &inputs, out);
        } else {
            let mut out = Scratch::take(images.len() * size);
            self.tiles::<S, A, O, I>(simd, images.len(), &inputs, &mut out);
            for (image, out) in images.zip(out.chunks_exact(size)) {
                // SAFETY: as above.
                unsafe { self.sink.deliver(image, [channels, h, w], out, out_step) };
            }
        }
    }

    /// All tiles of `images` images on canvases `inputs`, to `out`, `[image, h, w, padded channels]`.
    #[inline(always)]
    fn tiles<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
        &self,
        simd: S,
        images: usize,
        inputs: &[f32],
        out: &mut [f32],
    ) {
        let frequencies = I * I;
        let geometry = self.geometry;
        let [down, across] = geometry.tiles;
        let canvas = geometry.canvas(self.step);
        let (step, out_step) = (self.step, self.blocks.padded());
        let [h, w] = geometry.result;
        let most = self.rows.min(images * down) * across;
        let mut transformed = Scratch::take(frequencies * most * step);
        let mut products = Scratch::take(frequencies * most * self.blocks.width());
        for first in (0..images * down).step_by(self.rows) {
            let rows = first..(first + self.rows).min(images * down);
            let tiles = rows.len() * across;
            for row in rows.clone() {
                let start = row / down * canvas.len() + O * (row % down) * canvas.w * step;
                for tile in 0..across {
                    let from = &inputs[start + O * tile * step..];
                    let at = ((row - first) * across + tile) * step;
                    input_tile::<S, A, O, I>(
                        simd,
                        from,
                        canvas.w * step,
                        step,
                        &mut transformed[at..],
                        tiles * step,
                    );
                }
            }
            for index in 0..self.blocks.count() {
                let block = self.blocks.get(index);
                let width = block.width;
                let weight = &self.weight[frequencies * geometry.cin * block.first..]
                    [..frequencies * geometry.cin * width];
                for frequency in 0..frequencies {
                    let a = &transformed[frequency * tiles * step..][..tiles * step];
                    let b = &weight[frequency * geometry.cin * width..][..geometry.cin * width];
                    let c = &mut products[frequency * tiles * width..][..tiles * width];
                    let run = Run {
                        a: a.as_ptr(),
                        a_row: step,
                        a_step: 1,
                        b: b.as_ptr(),
                        b_step: width,
                        segments: &[Segment { a: 0, b: 0 }],
                        len: geometry.cin,
                        c: c.as_mut_ptr(),
                        c_row: width,
                        rows: tiles,
                        lines: 1,
                        a_line: 0,
                        c_line: 0,
                        nv: block.nv,
                        cols: width,
                        start: Start::Zero,
                        relu: false,
                    };
                    // SAFETY: `a` has `tiles` rows of `step >= cin`, `b` `cin` rows of `width`, `c` `tiles` rows of `width`.
                    unsafe { run.run(simd) };
                }
                let bias = &self.bias[block.first..][..width];
                for row in rows.clone() {
                    let y = O * (row % down);
                    for tile in 0..across {
                        let x = O * tile;
                        let from = &products[((row - first) * across + tile) * width..];
                        let at = ((row / down * h + y) * w + x) * out_step + block.first;
                        let there = [(h - y).min(O), (w - x).min(O)];
                        let out = &mut out[at..];
                        output_tile::<S, A, O, I>(
                            simd,
                            from,
                            tiles * width,
                            bias,
                            self.relu,
                            out,
                            w * out_step,
                            out_step,
                            there,
                        );
                    }
                }
            }
        }
    }
}
