//! `dw[k, q] = Σ_pixels g[pixel, k] · x[what the pixel sees, q]`, a product of matrices with channels-last images on both sides: for 1×1
//! kernels, and for many channels on small images, where `q` runs over taps and channels.

use pulp::Simd;

use super::Split;
use crate::cpu::arch::Arch;
use crate::cpu::column_sums::column_sums;
use crate::cpu::conv::correlation::Correlation;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::conv::gathered::gather;
use crate::cpu::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Pixels that are summed up while a block of sums is in registers.
const PIXELS: usize = cut(64, 4);

/// Output channels whose part of the gradient stays in the second-level cache.
const ROWS: usize = cut(256, 4);

/// Rows of a task that adds chunks up.
const FINISHED: usize = cut(32, 2);

/// `dw`, `[k, c, r, s]`, and `db` of the forward pass `correlation`, which has one group, for `x`, `[n, h, w, c]`, and `g`, `[n, ho, wo, k]`.
pub(in super::super) fn product(
    arch: Arch,
    correlation: &Correlation,
    x: &[f32],
    g: &[f32],
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    let pixels = correlation.n * correlation.result[0] * correlation.result[1];
    let columns = correlation.taps * correlation.cin;
    let blocks = arch.dispatch(BlocksOf(columns));
    let split = Split::new(pixels.div_ceil(PIXELS), correlation.cout, blocks.padded(), true);
    let mut partial = Scratch::take(split.partial_len());
    let task = Sums { correlation, columns, pixels, split, x, g, partial: Shared::new(&mut partial) };
    for_each(arch, split.tasks(), correlation.flops + (x.len() + g.len()) * MEMORY, &task);
    let task = Finish { correlation, columns, split, partial: &partial, dw: Shared::new(dw) };
    for_each(arch, correlation.cout.div_ceil(FINISHED), partial.len() * MEMORY, &task);
    if let Some(db) = db {
        column_sums(g, db);
    }
}

struct Sums<'a> {
    correlation: &'a Correlation,
    columns: usize,
    pixels: usize,
    split: Split,
    x: &'a [f32],
    g: &'a [f32],
    partial: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let (c, k) = (self.columns, self.correlation.cout);
        let sweep = &self.correlation.sweeps[0];
        let (strips, columns) = self.split.task(index);
        // SAFETY: each task has its own chunk and span.
        let sums = unsafe { self.partial.slice(self.split.place(index / self.split.spans, &columns)) };
        sums.fill(0.0);
        let width = columns.len();
        let there = (c - columns.start).min(width);
        let blocks = Blocks::new::<S>(width);
        // Columns beyond the last stay zero.
        let mut panels = Scratch::zeroed(PIXELS * width);
        let mut row_of = Scratch::take(there);
        // What pixels see is the pixels themselves.
        let canvas = self.correlation.canvas;
        let in_order = sweep.taps.len() == 1 && sweep.stride == [1, 1] && (canvas.top, canvas.left) == (0, 0);
        // Lines of the cache that are so far apart would push each other out.
        let apart = k.is_multiple_of(512);
        let mut copy = Scratch::take(if apart { PIXELS * (k + 16) } else { 0 });
        for strip in strips {
            let pixels = piece(strip, PIXELS, self.pixels);
            for (row, pixel) in pixels.clone().enumerate() {
                let terms = columns.start..columns.start + there;
                let from = if in_order {
                    &self.x[pixel * c..][terms]
                } else {
                    gather(self.correlation, sweep, self.x, pixel, terms, &mut row_of);
                    &row_of[..]
                };
                for index in 0..blocks.count() {
                    let block = blocks.get(index);
                    let to = &mut panels[PIXELS * block.first + row * block.width..][..block.width];
                    let len = block.width.min(there - block.first.min(there));
                    to[..len].copy_from_slice(&from[block.first..][..len]);
                }
            }
            let (g, step) = if apart {
                let rows = self.g[pixels.start * k..pixels.end * k].chunks_exact(k);
                rows.zip(copy.chunks_exact_mut(k + 16)).for_each(|(g, to)| to[..k].copy_from_slice(g));
                (&copy[..], k + 16)
            } else {
                (&self.g[pixels.start * k..pixels.end * k], k)
            };
            for first in (0..k).step_by(ROWS) {
                for index in 0..blocks.count() {
                    let block = blocks.get(index);
                    let run = Run {
                        a: g.as_ptr().wrapping_add(first),
                        a_row: 1,
                        a_step: step,
                        b: panels[PIXELS * block.first..].as_ptr(),
                        b_step: block.width,
                        segments: &[Segment { a: 0, b: 0 }],
                        len: pixels.len(),
                        c: sums[first * width + block.first..].as_mut_ptr(),
                        c_row: width,
                        rows: ROWS.min(k - first),
                        lines: 1,
                        a_line: 0,
                        c_line: 0,
                        nv: block.nv,
                        cols: block.width,
                        start: Start::Accumulate,
                        relu: false,
                    };
                    // SAFETY: `g` has a row of `k` and the block's panel one of its width for each pixel; `sums` is `[k][width]`, exclusive, and
                    // the block is within `width`, which is whole vectors.
                    unsafe { run.run(simd) };
                }
            }
        }
    }
}

/// Adds the chunks up.
struct Finish<'a> {
    correlation: &'a Correlation,
    columns: usize,
    split: Split,
    partial: &'a [f32],
    dw: Shared<'a, f32>,
}

impl Task for Finish<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let (c, k) = (self.columns, self.correlation.cout);
        let rows = piece(index, FINISHED, k);
        let mut sums = Scratch::take(c);
        // SAFETY: each task has its own rows.
        let dw = unsafe { self.dw.slice(rows.start * c..rows.end * c) };
        for (row, dw) in rows.zip(dw.chunks_exact_mut(c)) {
            for first in (0..c).step_by(self.split.span) {
                let len = self.split.span.min(c - first);
                let sums = &mut sums[first..first + len];
                for chunk in 0..self.split.chunks {
                    let part = &self.partial[self.split.find(chunk, row, first)..][..len];
                    if chunk == 0 {
                        sums.copy_from_slice(part);
                    } else {
                        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                    }
                }
            }
            let taps = &self.correlation.sweeps[0].taps;
            if taps.len() == 1 {
                dw.copy_from_slice(&sums);
                continue;
            }
            for (&(_, position), sums) in taps.iter().zip(sums.chunks_exact(self.correlation.cin)) {
                dw.iter_mut().skip(position).step_by(taps.len()).zip(sums).for_each(|(dw, sum)| *dw = *sum);
            }
        }
    }
}
