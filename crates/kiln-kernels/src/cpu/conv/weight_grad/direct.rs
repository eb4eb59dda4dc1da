//! Any convolution: register blocks of taps × output channels, summed over pixels.

use pulp::Simd;

use super::{Split, add, finish};
use crate::cpu::arch::Arch;
use crate::cpu::conv::ConvShape;
use crate::cpu::conv::correlation::Correlation;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::conv::few_channels;
use crate::cpu::conv::source::Source;
use crate::cpu::order::Canvas;
use crate::cpu::parallel::{Shared, Task, cut, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start, load, store};

/// Pixels whose products are added to a block of sums at once.
const PIXELS: usize = cut(128, 6);

/// Sums of an output channel from which on the gradient is first put in order for them.
const PACKED: usize = cut(64, 8);

/// `dw` and `db` of a convolution. See the module above.
pub(in super::super) fn direct(
    arch: Arch,
    shape: &ConvShape,
    x: Source<'_>,
    g: Source<'_>,
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    let correlation = Correlation::forward(shape);
    let blocks = arch.dispatch(BlocksOf(correlation.cout));
    let lanes = blocks.lanes;
    let padded = blocks.padded();
    // One row of sums a tap and channel, and one for the bias; columns of all groups side by side.
    let rows = correlation.taps * correlation.cin + 1;
    let split = Split::new(correlation.n, rows, correlation.groups * padded, correlation.groups == 1);
    let mut partial = Scratch::take(split.partial_len());
    let segments: Vec<_> = (0..correlation.result[0])
        .map(|y| Segment {
            a: y * correlation.sweeps[0].stride[0] * correlation.canvas.w * correlation.cin,
            b: y * correlation.result[1],
        })
        .collect();
    let with_bias = db.is_some();
    let task = Sums {
        correlation: &correlation,
        lanes,
        split,
        segments,
        x,
        g,
        with_bias,
        partial: Shared::new(&mut partial),
    };
    for_each(arch, split.tasks(), correlation.flops, &task);
    finish(arch, &correlation, split, &partial, dw, db);
}

struct Sums<'a> {
    correlation: &'a Correlation,
    lanes: usize,
    split: Split,
    /// The lines of the result.
    segments: Vec<Segment>,
    x: Source<'a>,
    g: Source<'a>,
    with_bias: bool,
    partial: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let correlation = self.correlation;
        let (images, columns) = self.split.task(index);
        let [h, w] = correlation.result;
        let [sh, sw] = correlation.source;
        // SAFETY: each task has its own chunk and span.
        let sums = unsafe { self.partial.slice(self.split.place(index / self.split.spans, &columns)) };
        sums.fill(0.0);
        // Columns of one group in this task: all of them, or the span if there is but one group.
        let width = columns.len() / correlation.groups;
        let there = (correlation.cout - columns.start.min(correlation.cout)).min(width);
        let channels = correlation.groups * correlation.cout;
        let mut canvas = Scratch::zeroed(correlation.canvas.len());
        let flat = Canvas { h, w, step: width, top: 0, left: 0 };
        let mut copy = None;
        for image in images {
            for group in 0..correlation.groups {
                self.x.place(
                    image,
                    [correlation.groups * correlation.cin, sh, sw],
                    group * correlation.cin,
                    correlation.cin,
                    correlation.canvas,
                    &mut canvas,
                );
                let first = group * correlation.cout + columns.start;
                let in_place = self.g.in_place(image, channels * h * w).filter(|_| there == width);
                let (g, step) = match in_place {
                    Some(g) => (&g[first..], channels),
                    None => {
                        // Columns that fill up the last vector, and pixels that no pooling window covers, stay zero.
                        let copy = copy.get_or_insert_with(|| Scratch::zeroed(flat.len()));
                        self.g.place(image, [channels, h, w], first, there, flat, copy);
                        (&copy[..], width)
                    }
                };
                let start = group * width;
                if few_channels::fits::<S>(&correlation.sweeps[0], correlation.cin) {
                    let (sums, row) = (&mut sums[start..], columns.len());
                    few_channels::add(
                        simd,
                        &correlation.sweeps[0],
                        correlation.cin,
                        &canvas,
                        correlation.canvas.w,
                        g,
                        step,
                        sums,
                        row,
                        width,
                    );
                    continue;
                }
                self.group(simd, &canvas, g, step, &mut sums[start..], columns.len(), width);
            }
        }
    }
}

impl Sums<'_> {
    /// Adds one image's part of one group: `sums[row][step_of_sums]`, `width` columns.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn group<S: Simd>(
        &self,
        simd: S,
        canvas: &[f32],
        g: &[f32],
        g_step: usize,
        sums: &mut [f32],
        sums_row: usize,
        width: usize,
    ) {
        let correlation = self.correlation;
        let sweep = &correlation.sweeps[0];
        let [h, w] = correlation.result;
        let (mut segments, mut len) = (&self.segments[..], w);
        let a_step = sweep.stride[1] * correlation.cin;
        // Lines without a border follow each other like pixels.
        if h > 1 && segments[1].a == w * a_step {
            (segments, len) = (&segments[..1], h * w);
        }
        let rows = sweep.merged * correlation.cin;
        let last = segments.last().map_or(0, |last| last.a) + (len - 1) * a_step + rows;
        assert!(g.len() >= (h * w - 1) * g_step + width, "weight gradient: g");
        assert!(
            sums.len() >= (correlation.taps * correlation.cin - 1) * sums_row + width,
            "weight gradient: sums"
        );
        let mut firsts = sweep.taps.iter().step_by(sweep.merged).map(|&(tap, _)| tap * correlation.cin);
        assert!(firsts.all(|first| first + last <= canvas.len()), "weight gradient: canvas");
        let blocks = Blocks { len: width, ..Blocks::new::<S>(width) };
        debug_assert_eq!(blocks.lanes, self.lanes);
        let pack = correlation.taps * correlation.cin >= PACKED;
        let part = if len > 2 * PIXELS { PIXELS } else { len };
        let together = (PIXELS / part).clamp(1, segments.len());
        let mut panels = Scratch::take(if pack { together * part * width } else { 0 });
        for lines in segments.chunks(together) {
            for first in (0..len).step_by(part) {
                let len = part.min(len - first);
                let moved: Vec<_> = if pack {
                    self.pack(simd, lines, first, len, g, g_step, blocks, &mut panels);
                    lines.iter().enumerate().map(|(i, line)| Segment { a: line.a, b: i * len }).collect()
                } else {
                    lines.to_vec()
                };
                for index in 0..blocks.count() {
                    let block = blocks.get(index);
                    let (b, b_step) = if pack {
                        (panels[block.first * lines.len() * len..].as_ptr(), block.width)
                    } else {
                        (g[first * g_step + block.first..].as_ptr(), g_step)
                    };
                    for (run, taps) in sweep.taps.chunks(sweep.merged).enumerate() {
                        let run = Run {
                            a: canvas.as_ptr().wrapping_add(taps[0].0 * correlation.cin + first * a_step),
                            a_row: 1,
                            a_step,
                            b,
                            b_step,
                            segments: &moved,
                            len,
                            c: sums.as_mut_ptr().wrapping_add(run * rows * sums_row + block.first),
                            c_row: sums_row,
                            rows,
                            lines: 1,
                            a_line: 0,
                            c_line: 0,
                            nv: block.nv,
                            cols: block.width,
                            start: Start::Accumulate,
                            relu: false,
                        };
                        // SAFETY: the assertions above; a panel has a row of the block's width for each pixel; `sums` is exclusive; `width` is
                        // whole vectors.
                        unsafe { run.run(simd) };
                    }
                }
                if self.with_bias {
                    let sum = &mut sums[correlation.taps * correlation.cin * sums_row..][..width];
                    for line in lines {
                        for pixel in 0..len {
                            add(sum, &g[(line.b + first + pixel) * g_step..][..width]);
                        }
                    }
                }
            }
        }
    }

    /// `len` pixels of each of `lines` from `first` on, to `[block][pixel][column of the block]`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn pack<S: Simd>(
        &self,
        _: S,
        lines: &[Segment],
        first: usize,
        len: usize,
        g: &[f32],
        g_step: usize,
        blocks: Blocks,
        panels: &mut [f32],
    ) {
        let pixels = lines.len() * len;
        assert!(panels.len() >= pixels * blocks.len);
        for (index, line) in lines.iter().enumerate() {
            for pixel in 0..len {
                let from = &g[(line.b + first + pixel) * g_step..][..blocks.len];
                for number in 0..blocks.count() {
                    let block = blocks.get(number);
                    let at = block.first * pixels + (index * len + pixel) * block.width;
                    for column in (0..block.width).step_by(S::F32_LANES) {
                        // SAFETY: the assertion above: blocks are whole vectors, side by side in `from` and one after the other in `panels`.
                        unsafe {
                            let value = load::<S>(from.as_ptr().add(block.first + column));
                            store::<S>(panels.as_mut_ptr().add(at + column), value);
                        }
                    }
                }
            }
        }
    }
}
