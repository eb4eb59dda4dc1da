//! 3×3, stride 1: `dw = Gᵀ [Σ_tiles (A g Aᵀ) ⊗ (Bᵀ d B)] G`, a matrix product over tiles in each frequency.

use pulp::Simd;

use super::finish::lane_of;
use super::{Split, add_pixels};
use crate::cpu::arch::Arch;
use crate::cpu::conv::ConvShape;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::conv::source::Source;
use crate::cpu::conv::winograd::{
    Algorithm, Four, Geometry, Two, gradient_tile, input_tile, kernel_gradient,
};
use crate::cpu::order::Canvas;
use crate::cpu::parallel::{MEMORY, Shared, Task, cut, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start, load};

/// Floats of transformed tiles that a task works on at once: what is left of a core's L2 beside its sums.
const WORKING_SET: usize = cut(256 * 1024, 0);

/// `dw` and `db` of a convolution that Winograd's algorithm fits. See the module above.
pub(in super::super) fn winograd(
    arch: Arch,
    shape: &ConvShape,
    geometry: &Geometry,
    x: Source<'_>,
    g: Source<'_>,
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    let blocks = arch.dispatch(BlocksOf(shape.k));
    let lanes = blocks.lanes;
    let frequencies = geometry.frequencies();
    let split = Split::new(shape.n, frequencies * shape.c + 1, blocks.padded(), true);
    let mut partial = Scratch::take(split.partial_len());
    let step = shape.c.next_multiple_of(lanes);
    let tiles = (WORKING_SET / frequencies / (step + split.span)).clamp(cut(32, 2), 128);
    let rows = (tiles / geometry.tiles[1]).max(1);
    let images = (rows / geometry.tiles[0]).max(1);
    let with_bias = db.is_some();
    let task = Sums {
        geometry,
        k: shape.k,
        step,
        rows,
        images,
        split,
        x,
        g,
        with_bias,
        partial: Shared::new(&mut partial),
    };
    for_each(arch, split.tasks(), geometry.flops, &task);
    let bias = db.map(Shared::new);
    let task =
        Finish { geometry, c: shape.c, k: shape.k, split, partial: &partial, dw: Shared::new(dw), db: bias };
    for_each(arch, blocks.padded() / lanes, 2 * split.partial_len() * MEMORY, &task);
}

struct Sums<'a> {
    geometry: &'a Geometry,
    k: usize,
    /// Floats a pixel on the input's canvas.
    step: usize,
    /// Rows of tiles at once, and images loaded at once.
    rows: usize,
    images: usize,
    split: Split,
    x: Source<'a>,
    g: Source<'a>,
    with_bias: bool,
    partial: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        match self.geometry.tile {
            4 => self.images::<S, Four, 4, 6>(simd, index),
            _ => self.images::<S, Two, 2, 4>(simd, index),
        }
    }
}

impl Sums<'_> {
    #[inline(always)]
    fn images<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, index: usize) {
        let geometry = self.geometry;
        let (images, columns) = self.split.task(index);
        // SAFETY: each task has its own chunk and span.
        let sums = unsafe { self.partial.slice(self.split.place(index / self.split.spans, &columns)) };
        sums.fill(0.0);
        let width = columns.len();
        let there = (self.k - columns.start).min(width);
        let [h, w] = geometry.result;
        let [sh, sw] = geometry.source;
        let canvas = geometry.canvas(self.step);
        // Whole tiles: what hangs over the edge stays zero.
        let [down, across] = geometry.tiles;
        let flat = Canvas { h: O * down, w: O * across, step: width, top: 0, left: 0 };
        let mut inputs = Scratch::zeroed(self.images * canvas.len());
        let mut gradients = Scratch::zeroed(self.images * flat.len());
        for first in images.clone().step_by(self.images) {
            let group = first..(first + self.images).min(images.end);
            let pairs = inputs.chunks_exact_mut(canvas.len()).zip(gradients.chunks_exact_mut(flat.len()));
            for (image, (inputs, gradients)) in group.clone().zip(pairs) {
                self.x.place(image, [geometry.cin, sh, sw], 0, geometry.cin, canvas, inputs);
                self.g.place(image, [self.k, h, w], columns.start, there, flat, gradients);
                if self.with_bias {
                    add_pixels(&mut sums[I * I * geometry.cin * width..], gradients, width);
                }
            }
            self.tiles::<S, A, O, I>(simd, group.len(), &inputs, &gradients, sums, width);
        }
    }

    /// Adds the tiles of `images` images.
    #[inline(always)]
    fn tiles<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
        &self,
        simd: S,
        images: usize,
        inputs: &[f32],
        gradients: &[f32],
        sums: &mut [f32],
        width: usize,
    ) {
        let geometry = self.geometry;
        let (step, c) = (self.step, geometry.cin);
        let [down, across] = geometry.tiles;
        let canvas = geometry.canvas(step);
        let line = O * across * width;
        let frequencies = I * I;
        let most = self.rows.min(images * down) * across;
        let mut x = Scratch::take(frequencies * most * step);
        let mut g = Scratch::take(frequencies * most * width);
        let blocks = Blocks::new::<S>(width);
        for first in (0..images * down).step_by(self.rows) {
            let rows = first..(first + self.rows).min(images * down);
            let tiles = rows.len() * across;
            for row in rows {
                let start = row / down * canvas.len() + O * (row % down) * canvas.w * step;
                for tile in 0..across {
                    let at = (row - first) * across + tile;
                    let from = &inputs[start + O * tile * step..];
                    input_tile::<S, A, O, I>(
                        simd,
                        from,
                        canvas.w * step,
                        step,
                        &mut x[at * step..],
                        tiles * step,
                    );
                    let from = &gradients[O * row * line + O * tile * width..];
                    gradient_tile::<S, A, O, I>(simd, from, line, width, &mut g[at * width..], tiles * width);
                }
            }
            for frequency in 0..frequencies {
                let x = &x[frequency * tiles * step..][..tiles * step];
                let g = &g[frequency * tiles * width..][..tiles * width];
                let sums = &mut sums[frequency * c * width..][..c * width];
                for index in 0..blocks.count() {
                    let block = blocks.get(index);
                    let run = Run {
                        a: x.as_ptr(),
                        a_row: 1,
                        a_step: step,
                        b: g.as_ptr().wrapping_add(block.first),
                        b_step: width,
                        segments: &[Segment { a: 0, b: 0 }],
                        len: tiles,
                        c: sums.as_mut_ptr().wrapping_add(block.first),
                        c_row: width,
                        rows: c,
                        lines: 1,
                        a_line: 0,
                        c_line: 0,
                        nv: block.nv,
                        cols: block.width,
                        start: Start::Accumulate,
                        relu: false,
                    };
                    // SAFETY: `x` is `[tiles][step >= c]`, `g` `[tiles][width]`, `sums` `[c][width]`; the block is
                    // within `width`, which is whole vectors.
                    unsafe { run.run(simd) };
                }
            }
        }
    }
}

/// Adds the chunks up and takes the sums back from frequencies, a vector of output channels at a time.
struct Finish<'a> {
    geometry: &'a Geometry,
    c: usize,
    k: usize,
    split: Split,
    partial: &'a [f32],
    dw: Shared<'a, f32>,
    db: Option<Shared<'a, f32>>,
}

impl Task for Finish<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        match self.geometry.tile {
            4 => self.vector::<S, Four, 4, 6>(simd, index),
            _ => self.vector::<S, Two, 2, 4>(simd, index),
        }
    }
}

impl Finish<'_> {
    #[inline(always)]
    fn vector<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, index: usize) {
        let lanes = S::F32_LANES;
        let column = index * lanes;
        let there = (self.k - column).min(lanes);
        let size = 9 * self.c;
        // SAFETY: each task has its own output channels.
        let dw = unsafe { self.dw.slice(column * size..(column + there) * size) };
        for c in 0..self.c {
            let mut frequencies = [[simd.splat_f32s(0.0); I]; I];
            for i in 0..I {
                for j in 0..I {
                    frequencies[i][j] = self.sum(simd, (I * i + j) * self.c + c, column);
                }
            }
            let taps = kernel_gradient::<S, A, O, I>(simd, &frequencies);
            for (i, taps) in taps.iter().enumerate() {
                for (j, tap) in taps.iter().enumerate() {
                    for lane in 0..there {
                        dw[lane * size + 9 * c + 3 * i + j] = lane_of::<S>(tap, lane);
                    }
                }
            }
        }
        if let Some(db) = &self.db {
            let sum = self.sum(simd, I * I * self.c, column);
            // SAFETY: as above.
            let db = unsafe { db.slice(column..column + there) };
            for (lane, db) in db.iter_mut().enumerate() {
                *db = lane_of::<S>(&sum, lane);
            }
        }
    }
    /// The chunks' sums of `row` for the vector at `column`, in order.
    #[inline(always)]
    fn sum<S: Simd>(&self, simd: S, row: usize, column: usize) -> S::f32s {
        let mut sum = simd.splat_f32s(0.0);
        for chunk in 0..self.split.chunks {
            let at = self.split.find(chunk, row, column);
            let part = &self.partial[at..at + S::F32_LANES];
            // SAFETY: `part` is a whole vector.
            sum = simd.add_f32s(sum, unsafe { load::<S>(part.as_ptr()) });
        }
        sum
    }
}
