//! Direct convolution: implicit im2col over a padded, channels-last copy of one image.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::correlation::{Correlation, Sweep};
use super::pack::Packed;
use super::ready::{Ready, Weight};
use super::source::{Sink, Source};
use super::strips::Strips;
use crate::cpu::act::Act;
use crate::cpu::arch::Arch;
use crate::cpu::parallel::{Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Tasks of a batch: enough for many threads, few enough that each sets its canvas up for several images.
const TASKS: usize = 64;

/// Terms of a sum whose weights, for one block of results, stay in the first-level cache while a strip of lines passes by.
const DEPTH: usize = cut(256, 8);

/// Floats of a strip's canvas, which stays in the second-level cache while all blocks of output channels pass by.
const CANVAS: usize = cut(32 * 1024, 256);

/// Floats of results, and of weights, that stay in the first-level cache between a convolution and its pooling.
const STRIP: usize = 4096;

/// Correlates every image of `source` with `weight` as `correlation` says.
pub(super) fn correlate(
    arch: Arch,
    correlation: &Correlation,
    source: Source<'_>,
    weight: Weight<'_>,
    bias: Option<&[f32]>,
    act: Act,
    sink: &Sink<'_>,
) {
    let blocks = arch.dispatch(BlocksOf(correlation.cout));
    let made;
    let weight = match weight.ready {
        Some(Ready::Packed(packed)) => packed,
        _ => {
            made = Packed::new(arch, blocks, correlation, weight.raw);
            &made
        }
    };
    let bias = bias.map(|bias| padded_bias(bias, correlation, blocks));
    let per = correlation.n.div_ceil(TASKS).max(1);
    let pieces: Vec<_> = correlation.sweeps.iter().map(|sweep| pieces(sweep, correlation.cin)).collect();
    let strips = Strips::new(correlation, correlation.cin, CANVAS);
    let relu = act == Act::Relu;
    let task = Correlate { correlation, blocks, pieces, strips, source, weight, bias, relu, sink, per };
    for_each(arch, correlation.n.div_ceil(per), correlation.flops, &task);
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
fn padded_bias(bias: &[f32], correlation: &Correlation, blocks: Blocks) -> Scratch {
    let mut out = Scratch::zeroed(correlation.groups * blocks.padded());
    for (out, bias) in
        out.chunks_exact_mut(blocks.padded().max(1)).zip(bias.chunks_exact(correlation.cout.max(1)))
    {
        out[..correlation.cout].copy_from_slice(bias);
    }
    out
}

/// A part of the sums that is added up at once.
struct Piece {
    segments: Vec<Segment>,
    /// Terms of each segment.
    len: usize,
}

/// The taps of `sweep` in pieces of about [`DEPTH`] terms, in order.
fn pieces(sweep: &Sweep, cin: usize) -> Vec<Piece> {
    let len = sweep.merged * cin;
    let starts = sweep.taps.iter().step_by(sweep.merged).enumerate();
    let segments: Vec<_> = starts.map(|(i, &(offset, _))| Segment { a: offset * cin, b: i * len }).collect();
    if segments.is_empty() {
        return vec![Piece { segments, len }];
    }
    if len <= DEPTH {
        return segments.chunks(DEPTH / len).map(|part| Piece { segments: part.to_vec(), len }).collect();
    }
    let each = len.div_ceil(len.div_ceil(DEPTH));
    let part = |at: &Segment, from: usize| Piece {
        segments: vec![Segment { a: at.a + from, b: at.b + from }],
        len: each.min(len - from),
    };
    segments.iter().flat_map(|at| (0..len).step_by(each).map(move |from| part(at, from))).collect()
}

struct Correlate<'a> {
    correlation: &'a Correlation,
    blocks: Blocks,
    pieces: Vec<Vec<Piece>>,
    strips: Strips,
    source: Source<'a>,
    weight: &'a Packed,
    bias: Option<Scratch>,
    relu: bool,
    sink: &'a Sink<'a>,
    per: usize,
}

impl Task for Correlate<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let correlation = self.correlation;
        let [h, w] = correlation.result;
        let channels = correlation.groups * correlation.cout;
        let size = channels * h * w;
        // Zeroed once: what an image does not cover is the same for all of them.
        let whole = self.strip().is_some();
        let mut canvas = Scratch::zeroed(if whole { correlation.canvas.len() } else { self.strips.len() });
        for image in piece(index, self.per, correlation.n) {
            // SAFETY: each image belongs to one task.
            let in_place =
                unsafe { self.sink.in_place_all(image..image + 1, [channels, h, w], 0..h, channels) };
            if let Some(out) = in_place {
                self.image(simd, image, &mut canvas, out);
            } else if let Some(lines) = self.strip() {
                self.source.place(
                    image,
                    [correlation.cin, correlation.source[0], correlation.source[1]],
                    0,
                    correlation.cin,
                    correlation.canvas,
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
                            &correlation.sweeps[0],
                            &self.pieces[0],
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
        let correlation = self.correlation;
        let single = correlation.groups == 1 && correlation.sweeps.len() == 1;
        let small = correlation.taps * correlation.cin * self.blocks.padded() <= STRIP;
        let pair = 2 * correlation.result[1] * correlation.cout;
        (single && small && self.sink.pools_lines()).then(|| 2 * (STRIP / pair.max(1)).max(1))
    }

    #[inline(always)]
    fn image<S: Simd>(&self, simd: S, image: usize, canvas: &mut [f32], out: &mut [f32]) {
        let correlation = self.correlation;
        let channels = correlation.groups * correlation.cin;
        let size = [channels, correlation.source[0], correlation.source[1]];
        let c_line = correlation.step[0] * correlation.result[1] * correlation.groups * correlation.cout;
        for group in 0..correlation.groups {
            let channels = group * correlation.cin..(group + 1) * correlation.cin;
            for first in (0..self.strips.lines).step_by(self.strips.per) {
                let lines = first..(first + self.strips.per).min(self.strips.lines);
                self.strips.place(&self.source, image, size, channels.clone(), lines.clone(), canvas);
                for (sweep, pieces) in correlation.sweeps.iter().zip(&self.pieces) {
                    let lines = lines.end.min(sweep.count[0]).saturating_sub(first);
                    for block in 0..self.blocks.count() {
                        let out = &mut out[first * c_line..];
                        self.block(simd, group, block, sweep, pieces, canvas, 0..lines, out);
                    }
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
        pieces: &[Piece],
        canvas: &[f32],
        lines: Range<usize>,
        out: &mut [f32],
    ) {
        let correlation = self.correlation;
        let block = self.blocks.get(block);
        let channels = correlation.groups * correlation.cout;
        let first = group * correlation.cout + block.first;
        let panel = self.weight.panel(group, block.first, block.width, sweep.first_tap * correlation.cin);
        let (mut rows, mut cols) = (lines.len(), sweep.count[1]);
        let mut a_line = sweep.stride[0] * correlation.canvas.w * correlation.cin;
        let a_row = sweep.stride[1] * correlation.cin;
        let c_row = correlation.step[1] * channels;
        let mut c_line = correlation.step[0] * correlation.result[1] * channels;
        let above = lines.start * a_line;
        // Without a border lines follow each other like pixels: one long line.
        if a_line == cols * a_row && c_line == cols * c_row {
            (cols, rows, a_line, c_line) = (rows * cols, 1, 0, 0);
        }
        if rows == 0 || cols == 0 {
            return;
        }
        let start = sweep.first[0] * correlation.result[1] * channels + sweep.first[1] * channels + first;
        // The last element that each pointer reaches.
        let a_last = above + (rows - 1) * a_line + (cols - 1) * a_row;
        assert!(start + (rows - 1) * c_line + (cols - 1) * c_row + block.len <= out.len(), "direct: result");
        let bias =
            self.bias.as_ref().map(|bias| &bias[group * self.blocks.padded() + block.first..][..block.width]);
        for (index, piece) in pieces.iter().enumerate() {
            let Piece { ref segments, len } = *piece;
            assert!(segments.iter().all(|at| a_last + at.a + len <= canvas.len()), "direct: canvas");
            assert!(segments.iter().all(|at| (at.b + len) * block.width <= panel.len()), "direct: panel");
            let first = bias.map_or(Start::Zero, |bias| Start::Bias(bias.as_ptr()));
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
                start: if index == 0 { first } else { Start::Accumulate },
                relu: self.relu && index + 1 == pieces.len(),
            };
            // SAFETY: the assertions above; `out` is exclusive.
            unsafe { run.run(simd) };
        }
    }
}
