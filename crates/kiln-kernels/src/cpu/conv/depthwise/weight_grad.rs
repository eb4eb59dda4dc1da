//! The gradients for weight and bias: every tap's sum over pixels, in chunks of images that are added up in order.

use pulp::Simd;

use super::super::ConvShape;
use super::super::correlation::Correlation;
use super::super::direct::BlocksOf;
use super::super::source::Source;
use super::canvas::Canvases;
use super::channels::Channels;
use super::pixels::Products;
use super::{in_place, place};
use crate::cpu::arch::Arch;
use crate::cpu::order::{Canvas, Order};
use crate::cpu::parallel::{Shared, Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;

/// Tasks to aim at.
const TASKS: usize = 16;

/// Pixels of a line at once, so that what all taps read stays in the first-level cache.
const PIXELS: usize = cut(28, 3);

/// `dw`, `[c, c / groups, r, s]`, and `db`.
pub(in super::super) fn weight_grad(
    arch: Arch,
    shape: &ConvShape,
    x: Source<'_>,
    g: Source<'_>,
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    let correlation = Correlation::forward(shape);
    let channels = Channels::new(shape, arch.dispatch(BlocksOf(1)).lanes);
    let (rows, with_bias) = (correlation.taps * correlation.cin + 1, db.is_some());
    let in_place = in_place::readable(&correlation, x, shape.c, channels.lanes);
    let (partial, chunks) = match (in_place, g) {
        (Some(x), Source::Plain { data: g, order: Order::Nhwc }) => {
            let images = shape.n.div_ceil(TASKS).max(1);
            let groups = shape.n.div_ceil(images);
            let per = shape.ho().div_ceil(TASKS.div_ceil(groups.max(1)).min(shape.ho())).max(1);
            let parts = shape.ho().div_ceil(per);
            let mut partial = Scratch::zeroed(groups * parts * rows * shape.c);
            let task = in_place::Sums {
                correlation: &correlation,
                channels: shape.c,
                images,
                parts,
                per,
                x,
                g,
                with_bias,
                partial: Shared::new(&mut partial),
            };
            for_each(arch, groups * parts, super::cost(shape), &task);
            (partial, groups * parts)
        }
        _ => {
            let chunks = TASKS.div_ceil(channels.blocks()).min(shape.n).max(1);
            let per = shape.n.div_ceil(chunks).max(1);
            let chunks = shape.n.div_ceil(per).max(1);
            let mut partial = Scratch::zeroed(chunks * rows * channels.padded());
            let task = Sums {
                correlation: &correlation,
                channels,
                per,
                rows,
                x,
                g,
                with_bias,
                partial: Shared::new(&mut partial),
            };
            for_each(arch, chunks * channels.blocks(), super::cost(shape), &task);
            (partial, chunks)
        }
    };
    let of = |row: usize, channel: usize| {
        (0..chunks).map(|chunk| partial[(chunk * rows + row) * channels.padded() + channel]).sum::<f32>()
    };
    for (tap, &(_, position)) in correlation.sweeps[0].taps.iter().enumerate() {
        for input in 0..correlation.cin {
            for channel in 0..shape.c {
                dw[place(&correlation, channel, input, position)] =
                    of(tap * correlation.cin + input, channel);
            }
        }
    }
    if let Some(db) = db {
        db.iter_mut().enumerate().for_each(|(channel, db)| *db = of(rows - 1, channel));
    }
}

struct Sums<'a> {
    correlation: &'a Correlation,
    channels: Channels,
    /// Images of a chunk.
    per: usize,
    /// Sums of a channel.
    rows: usize,
    x: Source<'a>,
    g: Source<'a>,
    with_bias: bool,
    /// `[chunk][tap and input channel of the group, and one for the bias][channel]`, zeroed.
    partial: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let correlation = self.correlation;
        let blocks = self.channels.blocks();
        let (chunk, (channels, width)) = (index / blocks, self.channels.block(index % blocks));
        let (c, padded) = (self.channels.count, self.channels.padded());
        let sweep = &correlation.sweeps[0];
        let [h, w] = correlation.result;
        let mut canvas = Canvases::new(correlation, width);
        let (strips, step) = (canvas.strips, canvas.step);
        let (a_line, a_row) = (sweep.stride[0] * correlation.canvas.w * step, sweep.stride[1] * step);
        let taps = canvas.taps(&sweep.taps, padded);
        let reach = taps.iter().map(|tap| tap.from as usize).max().map_or(0, |last| last + width);
        let mut copy = None;
        let sums = self
            .partial
            .pointer(chunk * self.rows * padded + channels.start, (self.rows - 1) * padded + width);
        for image in piece(chunk, self.per, correlation.n) {
            let in_place = self.g.in_place(image, c * h * w).filter(|_| channels.len() == width);
            for first in (0..strips.lines).step_by(strips.per) {
                let lines = first..(first + strips.per).min(strips.lines);
                let size = [c, correlation.source[0], correlation.source[1]];
                let canvas = canvas.place(&self.x, image, size, channels.clone(), lines.clone());
                let (g, g_row) = match in_place {
                    Some(g) => (&g[first * w * c + channels.start..], c),
                    None => {
                        let flat = Canvas { h: lines.len(), w, step: width, top: -(first as isize), left: 0 };
                        let copy = copy.get_or_insert_with(|| Scratch::zeroed(strips.per * w * width));
                        if let Source::Pooled { .. } = self.g {
                            copy.fill(0.0);
                        }
                        self.g.place(image, [c, h, w], channels.start, channels.len(), flat, copy);
                        (&copy[..], width)
                    }
                };
                for line in 0..lines.len() {
                    for start in (0..w).step_by(PIXELS) {
                        let pixels = PIXELS.min(w - start);
                        let (a, at) = (line * a_line + start * a_row, (line * w + start) * g_row);
                        assert!(a + (pixels - 1) * a_row + reach <= canvas.len(), "depthwise: canvas");
                        assert!(at + (pixels - 1) * g_row + width <= g.len(), "depthwise: g");
                        let products = Products {
                            a: canvas.as_ptr().wrapping_add(a),
                            a_row,
                            taps: &taps,
                            g: g.as_ptr().wrapping_add(at),
                            g_row,
                            pixels,
                            sums,
                            width,
                            bias: self.with_bias.then_some((self.rows - 1) * padded),
                        };
                        // SAFETY: the assertions above; `pointer` checked the sums, of which each task has its own.
                        unsafe { products.run(simd) };
                    }
                }
            }
        }
    }
}
