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

use std::ops::Range;

use crate::cpu::arch::Arch;
use pulp::Simd;
use transform::output_tile;

use super::direct::BlocksOf;
use super::ready::{Ready, Weight};
use super::source::{Sink, Source};
use crate::cpu::act::Act;
use crate::cpu::order::{Canvas, Order};
use crate::cpu::parallel::{Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Floats of transformed inputs and products that a task works on at once: about half of a core's L2.
const WORKING_SET: usize = cut(160 * 1024, 0);

/// Tiles at once even if they need more: all weights pass by for each such group.
const TILES: usize = cut(48, 2);

/// Tasks that a few images are divided into, and tiles of one at least.
const TASKS: usize = 8;
const FEWEST: usize = if cfg!(test) { 1 } else { 16 };

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
    let groups = geometry.n.div_ceil(images);
    let [parts, spans] = match sink {
        Sink::Plain { order: Order::Nhwc, .. } if images == 1 => divide(geometry, groups, blocks.count()),
        _ => [1, 1],
    };
    let task = Correlate {
        geometry,
        blocks,
        step,
        rows,
        images,
        parts,
        spans,
        source,
        weight,
        bias: padded,
        relu: act == Act::Relu,
        sink,
    };
    for_each(arch, groups * parts * spans, geometry.flops, &task);
}

/// Into how many parts the rows of tiles and the blocks of one image go, where `groups` images alone are too few tasks.
fn divide(geometry: &Geometry, groups: usize, blocks: usize) -> [usize; 2] {
    let [down, across] = geometry.tiles;
    let wanted = TASKS.div_ceil(groups.max(1));
    let parts = wanted.min(down * across / FEWEST).clamp(1, down);
    [parts, wanted.div_ceil(parts).min(blocks)]
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
    /// Images of a group, and what each group is divided into: parts of its rows of tiles, and of the blocks.
    images: usize,
    parts: usize,
    spans: usize,
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
    /// Part `index` of the rows and blocks of a group of images.
    #[inline(always)]
    fn images<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, index: usize) {
        let geometry = self.geometry;
        let (index, span) = (index / self.spans, index % self.spans);
        let (index, part) = (index / self.parts, index % self.parts);
        let images = piece(index, self.images, geometry.n);
        let rows = share(part, self.parts, geometry.tiles[0]);
        let blocks = share(span, self.spans, self.blocks.count());
        let canvas = geometry.canvas_of(rows.clone(), self.step);
        let [h, w] = geometry.result;
        let lines = O * rows.start..(O * rows.end).min(h);
        let (first, last) = (self.blocks.get(blocks.start).first, self.blocks.get(blocks.end - 1));
        let columns = first..last.first + last.len;
        let out_step = last.first + last.width - first;
        let mut inputs = Scratch::zeroed(images.len() * canvas.len());
        let [sh, sw] = geometry.source;
        for (image, inputs) in images.clone().zip(inputs.chunks_exact_mut(canvas.len())) {
            self.source.place(image, [geometry.cin, sh, sw], 0, geometry.cin, canvas, inputs);
        }
        let size = [geometry.cout, h, w];
        // SAFETY: the lines and columns of an image belong to one task; images of a task follow each other.
        let in_place = unsafe { self.sink.in_place_all(images.clone(), size, lines.clone(), out_step) };
        let part =
            Part { count: images.len(), canvas, rows: rows.len(), lines: lines.len(), blocks, out_step };
        if let Some(out) = in_place {
            self.tiles::<S, A, O, I>(simd, &part, &inputs, out);
        } else {
            let each = lines.len() * w * out_step;
            let mut out = Scratch::take(images.len() * each);
            self.tiles::<S, A, O, I>(simd, &part, &inputs, &mut out);
            for (image, out) in images.zip(out.chunks_exact(each)) {
                // SAFETY: as above.
                unsafe {
                    if self.parts * self.spans == 1 {
                        self.sink.deliver(image, size, out, out_step);
                    } else {
                        self.sink.deliver_part(image, size, lines.clone(), columns.clone(), out, out_step);
                    }
                }
            }
        }
    }

    /// All tiles of a part on canvases `inputs`, to `out`, `[image, line, w, padded channels of the part]`.
    #[inline(always)]
    fn tiles<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
        &self,
        simd: S,
        part: &Part,
        inputs: &[f32],
        out: &mut [f32],
    ) {
        let frequencies = I * I;
        let geometry = self.geometry;
        let (down, across) = (part.rows, geometry.tiles[1]);
        let (canvas, images) = (part.canvas, part.count);
        let (step, out_step) = (self.step, part.out_step);
        let (h, w) = (part.lines, geometry.result[1]);
        let origin = self.blocks.get(part.blocks.start).first;
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
            for index in part.blocks.clone() {
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
                        let at = ((row / down * h + y) * w + x) * out_step + block.first - origin;
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

/// What a task computes of its images.
struct Part {
    /// Images.
    count: usize,
    /// Of one image.
    canvas: Canvas,
    /// Rows of tiles of an image, and lines of results.
    rows: usize,
    lines: usize,
    blocks: Range<usize>,
    /// Floats a pixel of the results.
    out_step: usize,
}

/// Part `index` of `len` things, in `parts` as even as possible.
fn share(index: usize, parts: usize, len: usize) -> Range<usize> {
    len * index / parts..len * (index + 1) / parts
}
