//! Depthwise convolution, and groups of a few channels: vectors hold output channels, of several groups where these are small.
//!
//! A strip of lines of some channels lies on a padded canvas in the second-level cache. Sums of a vector of channels for up to 14 pixels are
//! held in registers while the taps pass by. Where a group has several channels, the canvas has a copy for each of them, in which it stands
//! in the place of all channels of its group: every copy is then depthwise.

mod canvas;
mod channels;
mod in_place;
mod pixels;
mod weight_grad;

pub(super) use weight_grad::weight_grad;

use pulp::Simd;

use super::ConvShape;
use super::correlation::Correlation;
use super::direct::BlocksOf;
use super::source::{Sink, Source};
use crate::cpu::act::Act;
use crate::cpu::arch::Arch;
use crate::cpu::curve::{Curve, values};
use crate::cpu::order::Order;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each, piece};
use crate::cpu::scratch::Scratch;
use canvas::Canvases;
use channels::Channels;
use pixels::Line;

/// Tasks of a batch.
const TASKS: usize = 64;

/// Whether groups have as many outputs as inputs, and few of them.
pub(super) fn fits(shape: &ConvShape) -> bool {
    shape.groups > 1 && shape.k == shape.c && matches!(shape.c / shape.groups, 1 | 2 | 4 | 8)
}

/// Operations of one pass, in the unit of `for_each`: memory counts for most of it.
fn cost(shape: &ConvShape) -> usize {
    shape.flops() + (shape.x_len() + shape.y_len()) * MEMORY
}

/// Correlates every image of `source` with `weight`, `[c, c / groups, r, s]`, as `correlation` of `shape` says.
#[allow(clippy::too_many_arguments)]
pub(super) fn correlate(
    arch: Arch,
    shape: &ConvShape,
    correlation: &Correlation,
    source: Source<'_>,
    weight: &[f32],
    bias: Option<&[f32]>,
    act: Act,
    curve: Option<Curve>,
    sink: &Sink<'_>,
) {
    let channels = Channels::new(shape, arch.dispatch(BlocksOf(1)).lanes);
    let padded = channels.padded();
    let group = correlation.cin;
    let mut packed = Scratch::zeroed(correlation.taps * group * padded);
    let taps = correlation.sweeps.iter().flat_map(|sweep| &sweep.taps);
    let rows = taps.flat_map(|&(_, position)| (0..group).map(move |input| (input, position)));
    for ((input, position), row) in rows.zip(packed.chunks_exact_mut(padded)) {
        for (channel, value) in row[..shape.c].iter_mut().enumerate() {
            *value = weight[place(correlation, channel, input, position)];
        }
    }
    let mut start = Scratch::zeroed(padded);
    if let Some(bias) = bias {
        start[..shape.c].copy_from_slice(bias);
    }
    let relu = act == Act::Relu;
    if let Sink::Plain { data: out, order: Order::Nhwc } = sink
        && let Some(source) = in_place::readable(correlation, source, shape.c, channels.lanes)
    {
        let lines = correlation.sweeps.iter().map(|sweep| sweep.count[0]).max().unwrap_or(0);
        let per = lines.div_ceil(TASKS.div_ceil(shape.n.max(1)).min(lines)).max(1);
        let parts = lines.div_ceil(per);
        let (weight, start) = (&packed[..], &start[..]);
        let channels = shape.c;
        let task = in_place::Correlate {
            correlation,
            channels,
            parts,
            per,
            source,
            weight,
            start,
            relu,
            curve,
            out,
        };
        return for_each(arch, shape.n * parts, cost(shape), &task);
    }
    // A block of channels of some images, where results go to their place; else whole images.
    let blocks = match sink {
        Sink::Plain { order: Order::Nhwc, .. } => channels.blocks(),
        _ => 1,
    };
    let per = (shape.n * blocks).div_ceil(TASKS).max(1);
    let task =
        Correlate { correlation, channels, blocks, per, source, weight: packed, start, relu, curve, sink };
    for_each(arch, blocks * shape.n.div_ceil(per), cost(shape), &task);
}

/// Where the weight from input channel `input` of its group to output channel `channel` is.
fn place(correlation: &Correlation, channel: usize, input: usize, position: usize) -> usize {
    let (group, output) = (channel / correlation.cout, channel % correlation.cout);
    group * correlation.w_group + output * correlation.w_out + input * correlation.w_in + position
}

struct Correlate<'a> {
    correlation: &'a Correlation,
    channels: Channels,
    /// Blocks that tasks divide an image into.
    blocks: usize,
    /// Images of a task.
    per: usize,
    source: Source<'a>,
    /// `[tap][input channel of the group][channel]`, zeros for channels beyond the last.
    weight: Scratch,
    start: Scratch,
    relu: bool,
    /// What is applied to the results while they are in the cache.
    curve: Option<Curve>,
    sink: &'a Sink<'a>,
}

impl Task for Correlate<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let [h, w] = self.correlation.result;
        let c = self.channels.count;
        let size = c * h * w;
        for image in piece(index / self.blocks, self.per, self.correlation.n) {
            match self.sink {
                Sink::Plain { data, order: Order::Nhwc } => {
                    self.block(simd, image, index % self.blocks, data, image * size);
                }
                _ => {
                    let mut out = Scratch::take(size);
                    for block in 0..self.channels.blocks() {
                        self.block(simd, image, block, &Shared::new(&mut out), 0);
                    }
                    // SAFETY: each image belongs to one task.
                    unsafe { self.sink.deliver(image, [c, h, w], &out, c) };
                }
            }
        }
    }
}

impl Correlate<'_> {
    /// One block of channels of an image, which starts at `base` of `out`.
    #[inline(always)]
    fn block<S: Simd>(&self, simd: S, image: usize, block: usize, out: &Shared<'_, f32>, base: usize) {
        let correlation = self.correlation;
        let (channels, width) = self.channels.block(block);
        let (c, padded) = (self.channels.count, self.channels.padded());
        let mut canvas = Canvases::new(correlation, width);
        let strips = canvas.strips;
        let size = [c, correlation.source[0], correlation.source[1]];
        let (group, step) = (correlation.cin, canvas.step);
        let taps: Vec<_> = correlation.sweeps.iter().map(|sweep| canvas.taps(&sweep.taps, padded)).collect();
        for first in (0..strips.lines).step_by(strips.per) {
            let lines = first..(first + strips.per).min(strips.lines);
            let canvas = canvas.place(&self.source, image, size, channels.clone(), lines.clone());
            for (sweep, taps) in correlation.sweeps.iter().zip(&taps) {
                let pixels = sweep.count[1];
                let (a_line, a_row) = (sweep.stride[0] * correlation.canvas.w * step, sweep.stride[1] * step);
                let c_row = correlation.step[1] * c;
                let reach = taps.iter().map(|tap| tap.from as usize).max().map_or(0, |last| last + width);
                for line in lines.start..lines.end.min(sweep.count[0]) {
                    if pixels == 0 {
                        continue;
                    }
                    let a = if taps.is_empty() { 0 } else { (line - first) * a_line };
                    assert!(
                        taps.is_empty() || a + (pixels - 1) * a_row + reach <= canvas.len(),
                        "depthwise: canvas"
                    );
                    let row = sweep.first[0] + correlation.step[0] * line;
                    let at = base + (row * correlation.result[1] + sweep.first[1]) * c + channels.start;
                    let line = Line {
                        a: canvas.as_ptr().wrapping_add(a),
                        a_row,
                        taps,
                        w: self.weight[sweep.first_tap * group * padded..]
                            .as_ptr()
                            .wrapping_add(channels.start),
                        start: self.start[channels.start..].as_ptr(),
                        c: out.pointer(at, (pixels - 1) * c_row + channels.len()),
                        c_row,
                        pixels,
                        channels: channels.len(),
                        relu: self.relu,
                    };
                    // SAFETY: the assertion above; a block starts at a whole vector, and its last one is filled up on the canvas, in
                    // `weight` and in `start`; `pointer` checked the result, of which each task has its own channels.
                    unsafe { line.run(simd) };
                    let Some(curve) = self.curve else { continue };
                    let (each, count) =
                        if c_row == channels.len() { (pixels * c_row, 1) } else { (channels.len(), pixels) };
                    for pixel in 0..count {
                        let at = at + pixel * c_row;
                        // SAFETY: each task has its own channels.
                        values(simd, curve, unsafe { out.slice(at..at + each) });
                    }
                }
            }
        }
    }
}
