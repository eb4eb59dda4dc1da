//! Convolutions of many channels on small images as products of matrices: what each pixel of the result sees is gathered into a row.
//!
//! The pixels of several images so share the weights, which are by far the most that is read, and fill the rows of the micro-kernel, which
//! lines of seven or fourteen pixels would not.

use std::ops::Range;

use pulp::Simd;

use super::correlation::{Correlation, Sweep};
use super::direct::BlocksOf;
use super::pack::Packed;
use super::ready::{Ready, Weight};
use crate::cpu::arch::Arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Terms of a sum whose weights, for one block of results, stay in the first-level cache.
const DEPTH: usize = cut(256, 8);

/// Pixels of a chunk: what they see in [`DEPTH`] terms stays in the second-level cache.
const PIXELS: usize = cut(128, 4);

/// Tasks to aim at. No sum is divided.
const TASKS: usize = 16;

/// Channels from which on weights are much to read, and pixels of an image up to which.
const CHANNELS: usize = cut(64, 6);
const SMALL: usize = 28 * 28;

/// Whether this way of computing is for `correlation`.
pub(super) fn fits(correlation: &Correlation) -> bool {
    let small = |[h, w]: [usize; 2]| h * w <= SMALL;
    let few = small(correlation.result) && small(correlation.source);
    correlation.groups == 1 && few && correlation.cin.min(correlation.cout) >= CHANNELS
}

/// Puts what pixel `index` of the results of `sweep`, of all images, sees in `terms` into `out`: zeros beyond the border.
#[inline(always)]
pub(super) fn gather(
    correlation: &Correlation,
    sweep: &Sweep,
    source: &[f32],
    index: usize,
    terms: Range<usize>,
    out: &mut [f32],
) {
    let Correlation { cin, source: [h, w], canvas, .. } = *correlation;
    let [lines, pixels] = sweep.count;
    let (image, line, pixel) = (index / (lines * pixels), index / pixels % lines, index % pixels);
    let mut from = terms.start;
    while from < terms.end {
        let (tap, channel) = (from / cin, from % cin);
        let len = (cin - channel).min(terms.end - from);
        let out = &mut out[from - terms.start..][..len];
        let offset = sweep.taps[tap].0;
        let y = (line * sweep.stride[0] + offset / canvas.w) as isize - canvas.top;
        let x = (pixel * sweep.stride[1] + offset % canvas.w) as isize - canvas.left;
        if (0..h as isize).contains(&y) && (0..w as isize).contains(&x) {
            let at = ((image * h + y as usize) * w + x as usize) * cin + channel;
            out.copy_from_slice(&source[at..at + len]);
        } else {
            out.fill(0.0);
        }
        from += len;
    }
}

/// Correlates all images of `source`, `[n, h, w, cin]`, as `correlation` says, to `out`, `[n, h, w, cout]`.
pub(super) fn correlate(
    arch: Arch,
    correlation: &Correlation,
    source: &[f32],
    weight: Weight<'_>,
    bias: Option<&[f32]>,
    relu: bool,
    out: &Shared<'_, f32>,
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
    let mut padded = Scratch::zeroed(blocks.padded());
    if let Some(bias) = bias {
        padded[..correlation.cout].copy_from_slice(bias);
    }
    for sweep in &correlation.sweeps {
        let pixels = correlation.n * sweep.count[0] * sweep.count[1];
        let chunks = pixels.div_ceil(PIXELS).max(1);
        let span = blocks.count().div_ceil(TASKS.div_ceil(chunks).min(blocks.count()));
        let task = Product {
            correlation,
            sweep,
            blocks,
            source,
            weight,
            bias: &padded,
            relu,
            out,
            pixels,
            per: pixels.div_ceil(chunks).max(1),
            span,
            spans: blocks.count().div_ceil(span),
        };
        let depth = sweep.taps.len() * correlation.cin;
        let cost = 2 * pixels * depth * correlation.cout + pixels * correlation.cout * MEMORY;
        for_each(arch, pixels.div_ceil(task.per) * task.spans, cost, &task);
    }
}

struct Product<'a> {
    correlation: &'a Correlation,
    sweep: &'a Sweep,
    blocks: Blocks,
    source: &'a [f32],
    weight: &'a Packed,
    bias: &'a [f32],
    relu: bool,
    out: &'a Shared<'a, f32>,
    /// Pixels of the sweep in all images, and of a chunk.
    pixels: usize,
    per: usize,
    /// Blocks of a task, and how many such spans there are.
    span: usize,
    spans: usize,
}

impl Task for Product<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let pixels = piece(index / self.spans, self.per, self.pixels);
        let blocks = piece(index % self.spans, self.span, self.blocks.count());
        let (first, last) = (self.blocks.get(blocks.start).first, self.blocks.get(blocks.end - 1));
        let columns = first..last.first + last.len;
        let depth = self.sweep.taps.len() * self.correlation.cin;
        let each = depth.div_ceil(depth.div_ceil(DEPTH).max(1));
        let mut rows = Scratch::take(pixels.len() * each);
        let mut results = Scratch::take(pixels.len() * columns.len());
        // At least once, so that an empty sum is written too.
        for from in (0..depth.max(1)).step_by(each.max(1)) {
            let len = each.min(depth - from);
            for (row, pixel) in pixels.clone().enumerate() {
                let row = &mut rows[row * len..][..len];
                gather(self.correlation, self.sweep, self.source, pixel, from..from + len, row);
            }
            for index in blocks.clone() {
                let block = self.blocks.get(index);
                let first_row = self.sweep.first_tap * self.correlation.cin;
                let panel = self.weight.panel(0, block.first, block.width, first_row);
                assert!((from + len) * block.width <= panel.len(), "gathered: panel");
                let bias = &self.bias[block.first..][..block.width];
                let c = &mut results[block.first - first..];
                assert!((pixels.len() - 1) * columns.len() + block.len <= c.len(), "gathered: results");
                let run = Run {
                    a: rows.as_ptr(),
                    a_row: len,
                    a_step: 1,
                    b: panel.as_ptr().wrapping_add(from * block.width),
                    b_step: block.width,
                    segments: &[Segment { a: 0, b: 0 }],
                    len,
                    c: c.as_mut_ptr(),
                    c_row: columns.len(),
                    rows: pixels.len(),
                    lines: 1,
                    a_line: 0,
                    c_line: 0,
                    nv: block.nv,
                    cols: block.len,
                    start: if from == 0 { Start::Bias(bias.as_ptr()) } else { Start::Accumulate },
                    relu: self.relu && from + len == depth,
                };
                // SAFETY: `rows` has a row of `len` for each pixel; the assertions above; the bias has the block's width.
                unsafe { run.run(simd) };
            }
        }
        for (pixel, row) in pixels.zip(results.chunks_exact(columns.len())) {
            let at = self.place(pixel) * self.correlation.cout;
            // SAFETY: each task has its own pixels and columns.
            let out = unsafe { self.out.slice(at + columns.start..at + columns.end) };
            out.copy_from_slice(row);
        }
    }
}

impl Product<'_> {
    /// Where pixel `index` of the sweep is among those of all results.
    #[inline(always)]
    fn place(&self, index: usize) -> usize {
        let ([lines, pixels], [h, w]) = (self.sweep.count, self.correlation.result);
        let (image, line, pixel) = (index / (lines * pixels), index / pixels % lines, index % pixels);
        let y = self.sweep.first[0] + self.correlation.step[0] * line;
        (image * h + y) * w + self.sweep.first[1] + self.correlation.step[1] * pixel
    }
}
