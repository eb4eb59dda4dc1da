//! Direct convolution: implicit im2col over a padded, channels-last copy of one image.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::pack::Packed;
use super::plan::{Plan, Sweep};
use super::source::{Sink, Source};
use crate::cpu::act::Act;
use crate::cpu::arch::Arch;
use crate::cpu::parallel::{Task, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Tasks of a batch: enough for many threads, few enough that each sets its canvas up for several images.
const TASKS: usize = 64;

/// Floats of results, and of weights, that stay in the first-level cache between a convolution and its pooling.
const STRIP: usize = 4096;

/// Correlates every image of `source` with `weight` as `plan` says.
pub(super) fn correlate(
    arch: Arch,
    plan: &Plan,
    source: Source<'_>,
    weight: &[f32],
    bias: Option<&[f32]>,
    act: Act,
    sink: &Sink<'_>,
) {
    let blocks = arch.dispatch(BlocksOf(plan.cout));
    let weight = Packed::new(arch, blocks, plan, weight);
    let bias = bias.map(|bias| padded_bias(bias, plan, blocks));
    let per = plan.n.div_ceil(TASKS).max(1);
    let segments: Vec<_> = plan.sweeps.iter().map(|sweep| segments(sweep, plan.cin)).collect();
    let task = Correlate { plan, blocks, segments, source, weight, bias, relu: act == Act::Relu, sink, per };
    for_each(arch, plan.n.div_ceil(per), plan.flops, &task);
}

/// How columns are divided on the instruction set at hand.
pub(crate) struct BlocksOf(pub(crate) usize);

impl WithSimd for BlocksOf {
    type Output = Blocks;

    fn with_simd<S: Simd>(self, _: S) -> Blocks {
        Blocks::new::<S>(self.0)
    }
}

/// Each group's bias, its last vector filled up.
fn padded_bias(bias: &[f32], plan: &Plan, blocks: Blocks) -> Scratch {
    let mut out = Scratch::zeroed(plan.groups * blocks.padded());
    for (out, bias) in out.chunks_exact_mut(blocks.padded().max(1)).zip(bias.chunks_exact(plan.cout.max(1))) {
        out[..plan.cout].copy_from_slice(bias);
    }
    out
}

fn segments(sweep: &Sweep, cin: usize) -> Vec<Segment> {
    let len = sweep.merged * cin;
    let starts = sweep.taps.iter().step_by(sweep.merged);
    starts.enumerate().map(|(i, &(offset, _))| Segment { a: offset * cin, b: i * len }).collect()
}

struct Correlate<'a> {
    plan: &'a Plan,
    blocks: Blocks,
    segments: Vec<Vec<Segment>>,
    source: Source<'a>,
    weight: Packed,
    bias: Option<Scratch>,
    relu: bool,
    sink: &'a Sink<'a>,
    per: usize,
}

impl Task for Correlate<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let plan = self.plan;
        let [h, w] = plan.result;
        let channels = plan.groups * plan.cout;
        let size = channels * h * w;
        // Zeroed once: what an image does not cover is the same for all of them.
        let mut canvas = Scratch::zeroed(plan.canvas.len());
        for image in piece(index, self.per, plan.n) {
            // SAFETY: each image belongs to one task.
            if let Some(out) = unsafe { self.sink.in_place_all(image..image + 1, channels, h * w, channels) }
            {
                self.image(simd, image, &mut canvas, out);
            } else if let Some(lines) = self.strip() {
                self.source.place(
                    image,
                    [plan.cin, plan.source[0], plan.source[1]],
                    0,
                    plan.cin,
                    plan.canvas,
                    &mut canvas,
                );
                let mut out = Scratch::take(lines * w * channels);
                // A last line without a partner is in no window.
                for first in (0..h / 2 * 2).step_by(lines) {
                    let lines = first..(first + lines).min(h / 2 * 2);
                    for block in 0..self.blocks.count() {
                        self.block(
                            simd,
                            0,
                            block,
                            &plan.sweeps[0],
                            &self.segments[0],
                            &canvas,
                            lines.clone(),
                            &mut out,
                        );
                    }
                    // SAFETY: each image belongs to one task.
                    unsafe { self.sink.pool_lines(image, [channels, h, w], lines, &out, channels) };
                }
            } else {
                let mut out = Scratch::take(size);
                self.image(simd, image, &mut canvas, &mut out);
                // SAFETY: as above.
                unsafe { self.sink.deliver(image, [channels, h, w], &out, channels) };
            }
        }
    }
}

impl Correlate<'_> {
    /// How many lines at a time go through the pooling; `None` where a whole image does.
    #[inline(always)]
    fn strip(&self) -> Option<usize> {
        let plan = self.plan;
        let single = plan.groups == 1 && plan.sweeps.len() == 1;
        let small = plan.taps * plan.cin * self.blocks.padded() <= STRIP;
        let pair = 2 * plan.result[1] * plan.cout;
        (single && small && self.sink.pools_lines()).then(|| 2 * (STRIP / pair.max(1)).max(1))
    }

    #[inline(always)]
    fn image<S: Simd>(&self, simd: S, image: usize, canvas: &mut [f32], out: &mut [f32]) {
        let plan = self.plan;
        let channels = plan.groups * plan.cin;
        for group in 0..plan.groups {
            let [h, w] = plan.source;
            self.source.place(image, [channels, h, w], group * plan.cin, plan.cin, plan.canvas, canvas);
            for (sweep, segments) in plan.sweeps.iter().zip(&self.segments) {
                for block in 0..self.blocks.count() {
                    self.block(simd, group, block, sweep, segments, canvas, 0..sweep.count[0], out);
                }
            }
        }
    }

    /// One block of output channels of some lines of one sweep, the first of them at the start of `out`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn block<S: Simd>(
        &self,
        simd: S,
        group: usize,
        block: usize,
        sweep: &Sweep,
        segments: &[Segment],
        canvas: &[f32],
        lines: Range<usize>,
        out: &mut [f32],
    ) {
        let plan = self.plan;
        let block = self.blocks.get(block);
        let channels = plan.groups * plan.cout;
        let first = group * plan.cout + block.first;
        let panel = self.weight.panel(group, block.first, block.width, sweep.first_tap * plan.cin);
        let (mut rows, mut cols) = (lines.len(), sweep.count[1]);
        let mut a_line = sweep.stride[0] * plan.canvas.w * plan.cin;
        let a_row = sweep.stride[1] * plan.cin;
        let c_row = plan.step[1] * channels;
        let mut c_line = plan.step[0] * plan.result[1] * channels;
        let above = lines.start * a_line;
        // Without a border lines follow each other like pixels: one long line.
        if a_line == cols * a_row && c_line == cols * c_row {
            (cols, rows, a_line, c_line) = (rows * cols, 1, 0, 0);
        }
        if rows == 0 || cols == 0 {
            return;
        }
        let start = sweep.first[0] * plan.result[1] * channels + sweep.first[1] * channels + first;
        let len = sweep.merged * plan.cin;
        // The last element that each pointer reaches.
        let a_last = above + (rows - 1) * a_line + (cols - 1) * a_row;
        assert!(segments.iter().all(|at| a_last + at.a + len <= canvas.len()), "direct: canvas");
        assert!(segments.len() * len * block.width <= panel.len(), "direct: panel");
        assert!(start + (rows - 1) * c_line + (cols - 1) * c_row + block.len <= out.len(), "direct: result");
        let bias =
            self.bias.as_ref().map(|bias| &bias[group * self.blocks.padded() + block.first..][..block.width]);
        let run = Run {
            a: canvas.as_ptr().wrapping_add(above),
            a_row,
            a_step: 1,
            b: panel.as_ptr(),
            b_step: block.width,
            segments,
            len,
            c: out.as_mut_ptr().wrapping_add(start),
            c_row,
            rows: cols,
            lines: rows,
            a_line,
            c_line,
            nv: block.nv,
            cols: block.len,
            start: bias.map_or(Start::Zero, |bias| Start::Bias(bias.as_ptr())),
            relu: self.relu,
        };
        // SAFETY: the assertions above; `out` is exclusive.
        unsafe { run.run(simd) };
    }
}
