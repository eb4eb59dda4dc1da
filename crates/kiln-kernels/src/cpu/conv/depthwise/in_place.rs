//! Images that are read where they lie: on large ones a canvas would cost as much as the taps.
//!
//! A line of results sees all taps but at its ends, where those beyond the border are left out.

use std::ops::Range;

use pulp::Simd;

use super::pixels::{Line, Products, Tap};
use crate::cpu::conv::correlation::{Correlation, Sweep};
use crate::cpu::conv::source::Source;
use crate::cpu::curve::{Curve, values};
use crate::cpu::order::Order;
use crate::cpu::parallel::{Shared, Task, cut, piece};

/// Pixels of a line of results from which on the ends are few; fewer in tests.
const LONG: usize = if cfg!(test) { 4 } else { 40 };

/// Pixels of a line whose products are added at once, so that what all taps read stays in the first-level cache.
const PIXELS: usize = cut(28, 3);

/// The images, if `correlation` of `channels` can read them where they are, in vectors of `lanes`.
pub(super) fn readable<'a>(
    correlation: &Correlation,
    source: Source<'a>,
    channels: usize,
    lanes: usize,
) -> Option<&'a [f32]> {
    let Source::Plain { data, order: Order::Nhwc } = source else { return None };
    // With a stride, measured, a canvas costs no more.
    let long = |sweep: &Sweep| sweep.stride == [1, 1] && sweep.count[0] > 0 && sweep.count[1] >= LONG;
    let whole = correlation.cin == 1 && channels.is_multiple_of(lanes);
    (whole && correlation.step == [1, 1] && correlation.sweeps.iter().all(long)).then_some(data)
}

/// Where a sweep reads images.
#[derive(Clone, Copy)]
struct Reader<'a> {
    correlation: &'a Correlation,
    sweep: &'a Sweep,
    channels: usize,
}

impl Reader<'_> {
    /// Line and column of tap `index` for the first pixel.
    #[inline(always)]
    fn tap(&self, index: usize) -> [isize; 2] {
        let canvas = self.correlation.canvas;
        let offset = self.sweep.taps[index].0;
        [(offset / canvas.w) as isize - canvas.top, (offset % canvas.w) as isize - canvas.left]
    }

    /// The taps that are inside for `pixel` of `line`, or for some pixel where that is `None`, with `row` floats between the rows of two taps.
    #[inline(always)]
    fn taps(&self, line: usize, pixel: Option<usize>, row: usize, taps: &mut Vec<Tap>) {
        let [h, w] = self.correlation.source;
        taps.clear();
        for index in 0..self.sweep.taps.len() {
            let [y, x] = self.tap(index);
            let y = y + (line * self.sweep.stride[0]) as isize;
            let column = pixel.map(|pixel| x + (pixel * self.sweep.stride[1]) as isize);
            let inside = column.is_none_or(|column| (0..w as isize).contains(&column));
            if (0..h as isize).contains(&y) && inside {
                taps.push(Tap { from: (y * w as isize + x) * self.channels as isize, row: index * row });
            }
        }
    }

    /// Pixels of a line that see every column.
    #[inline(always)]
    fn inner(&self) -> Range<usize> {
        let (count, stride) = (self.sweep.count[1], self.sweep.stride[1] as isize);
        let columns = || (0..self.sweep.taps.len()).map(|index| self.tap(index)[1]);
        let (Some(least), Some(most)) = (columns().min(), columns().max()) else { return 0..count };
        let first = (-least).max(0).unsigned_abs().div_ceil(stride.unsigned_abs()).min(count);
        let room = self.correlation.source[1] as isize - 1 - most;
        let end = if room < 0 { 0 } else { (room / stride) as usize + 1 };
        first..end.clamp(first, count)
    }

    /// Where the first pixel of a range is in memory of `len` floats, behind a check that all its taps are.
    #[inline(always)]
    fn start(&self, image: usize, pixels: &Range<usize>, taps: &[Tap], len: usize) -> isize {
        let [h, w] = self.correlation.source;
        let step = (self.sweep.stride[1] * self.channels) as isize;
        let start = (image * h * w * self.channels) as isize + pixels.start as isize * step;
        let reach = start + (pixels.len() - 1) as isize * step + self.channels as isize;
        let inside = |tap: &Tap| start + tap.from >= 0 && reach + tap.from <= len as isize;
        assert!(taps.iter().all(inside), "depthwise: image");
        start
    }
}

/// The forward pass, or the input gradient.
pub(super) struct Correlate<'a> {
    pub(super) correlation: &'a Correlation,
    pub(super) channels: usize,
    /// Parts of an image's lines, and lines of a part.
    pub(super) parts: usize,
    pub(super) per: usize,
    pub(super) source: &'a [f32],
    /// `[tap][channel]`.
    pub(super) weight: &'a [f32],
    pub(super) start: &'a [f32],
    pub(super) relu: bool,
    pub(super) curve: Option<Curve>,
    pub(super) out: &'a Shared<'a, f32>,
}

impl Task for Correlate<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let correlation = self.correlation;
        let image = index / self.parts;
        let most = correlation.sweeps.iter().map(|sweep| sweep.count[0]).max().unwrap_or(0);
        let mut taps = Vec::new();
        for line in piece(index % self.parts, self.per, most) {
            for sweep in correlation.sweeps.iter().filter(|sweep| line < sweep.count[0]) {
                let reader = Reader { correlation, sweep, channels: self.channels };
                let inner = reader.inner();
                reader.taps(line, None, self.channels, &mut taps);
                if !inner.is_empty() {
                    self.pixels(simd, reader, image, line, inner.clone(), &taps);
                }
                for pixel in (0..inner.start).chain(inner.end..sweep.count[1]) {
                    reader.taps(line, Some(pixel), self.channels, &mut taps);
                    self.pixels(simd, reader, image, line, pixel..pixel + 1, &taps);
                }
            }
        }
    }
}

impl Correlate<'_> {
    #[inline(always)]
    fn pixels<S: Simd>(
        &self,
        simd: S,
        reader: Reader<'_>,
        image: usize,
        line: usize,
        pixels: Range<usize>,
        taps: &[Tap],
    ) {
        let (correlation, sweep, c) = (self.correlation, reader.sweep, self.channels);
        let [h, w] = correlation.result;
        let from = reader.start(image, &pixels, taps, self.source.len());
        let row = sweep.first[0] + correlation.step[0] * line;
        let column = sweep.first[1] + correlation.step[1] * pixels.start;
        let at = ((image * h + row) * w + column) * c;
        let c_row = correlation.step[1] * c;
        let weight = &self.weight[sweep.first_tap * c..][..sweep.taps.len() * c];
        let line = Line {
            a: self.source.as_ptr().wrapping_offset(from),
            a_row: sweep.stride[1] * c,
            taps,
            w: weight.as_ptr(),
            start: self.start[..c].as_ptr(),
            c: self.out.pointer(at, (pixels.len() - 1) * c_row + c),
            c_row,
            pixels: pixels.len(),
            channels: c,
            relu: self.relu,
        };
        // SAFETY: `start` checked the images, `weight` has a row for each tap; channels are whole vectors; `pointer` checked the result, of which
        // each task has its own lines.
        unsafe { line.run(simd) };
        let Some(curve) = self.curve else { return };
        for pixel in 0..pixels.len() {
            let at = at + pixel * c_row;
            // SAFETY: each task has its own lines.
            values(simd, curve, unsafe { self.out.slice(at..at + c) });
        }
    }
}

/// The sums of the weight gradient.
pub(super) struct Sums<'a> {
    pub(super) correlation: &'a Correlation,
    pub(super) channels: usize,
    /// Images of a task, parts of their lines, and lines of a part.
    pub(super) images: usize,
    pub(super) parts: usize,
    pub(super) per: usize,
    pub(super) x: &'a [f32],
    pub(super) g: &'a [f32],
    pub(super) with_bias: bool,
    /// `[task][tap, and one for the bias][channel]`, zeroed.
    pub(super) partial: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let (correlation, c) = (self.correlation, self.channels);
        let sweep = &correlation.sweeps[0];
        let reader = Reader { correlation, sweep, channels: c };
        let [h, w] = correlation.result;
        let rows = sweep.taps.len() + 1;
        // SAFETY: each task has its own sums.
        let sums = unsafe { self.partial.slice(index * rows * c..(index + 1) * rows * c) };
        let inner = reader.inner();
        let mut taps = Vec::new();
        for image in piece(index / self.parts, self.images, correlation.n) {
            for line in piece(index % self.parts, self.per, h) {
                let at = (image * h + line) * w;
                reader.taps(line, None, c, &mut taps);
                for start in inner.clone().step_by(PIXELS) {
                    let pixels = start..(start + PIXELS).min(inner.end);
                    self.pixels(simd, reader, image, pixels, at, &taps, None, sums);
                }
                for pixel in (0..inner.start).chain(inner.end..w) {
                    reader.taps(line, Some(pixel), c, &mut taps);
                    self.pixels(simd, reader, image, pixel..pixel + 1, at, &taps, None, sums);
                }
                if self.with_bias {
                    self.pixels(simd, reader, image, 0..w, at, &[], Some((rows - 1) * c), sums);
                }
            }
        }
    }
}

impl Sums<'_> {
    /// Adds some pixels of the line whose first pixel of the gradient is `at`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn pixels<S: Simd>(
        &self,
        simd: S,
        reader: Reader<'_>,
        image: usize,
        pixels: Range<usize>,
        at: usize,
        taps: &[Tap],
        bias: Option<usize>,
        sums: &mut [f32],
    ) {
        let c = self.channels;
        let from = reader.start(image, &pixels, taps, self.x.len());
        let g = &self.g[(at + pixels.start) * c..(at + pixels.end) * c];
        let products = Products {
            a: self.x.as_ptr().wrapping_offset(from),
            a_row: reader.sweep.stride[1] * c,
            taps,
            g: g.as_ptr(),
            g_row: c,
            pixels: pixels.len(),
            sums: sums.as_mut_ptr(),
            width: c,
            bias,
        };
        // SAFETY: `start` checked the images, `g` has a row for each pixel, `sums` one for each tap and the bias; channels are whole vectors.
        unsafe { products.run(simd) };
    }
}
