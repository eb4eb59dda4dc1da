//! How lines are cut so that what is worked on stays in the second-level cache.

use std::ops::Range;

use super::correlation::Correlation;
use super::source::Source;
use crate::cpu::order::Canvas;

/// Lines of the sweeps in strips, each with its part of the canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strips {
    canvas: Canvas,
    /// Lines of the longest sweep, and of a strip.
    pub(super) lines: usize,
    pub(super) per: usize,
    /// Lines of the canvas from one line of a sweep to the next, and that a line sees.
    step: usize,
    span: usize,
}

impl Strips {
    /// For `width` floats a pixel, and about `floats` of them on the canvas of a strip.
    pub(super) fn new(correlation: &Correlation, width: usize, floats: usize) -> Self {
        let lines = correlation.sweeps.iter().map(|sweep| sweep.count[0]).max().unwrap_or(0);
        let step = correlation.sweeps.first().map_or(1, |sweep| sweep.stride[0]);
        // A sweep without a tap sees nothing, however many lines it has.
        let seeing = correlation.sweeps.iter().filter(|sweep| !sweep.taps.is_empty());
        let most = seeing.map(|sweep| sweep.count[0]).max().unwrap_or(0);
        let span = correlation.canvas.h.saturating_sub(most.saturating_sub(1) * step);
        let affordable = floats / (correlation.canvas.w * width).max(1);
        let per = (affordable.saturating_sub(span) / step + 1).min(lines.max(1));
        let canvas = Canvas { step: width, ..correlation.canvas };
        Self { canvas, lines, per, step, span }
    }

    /// Floats of the largest strip's canvas.
    pub(super) fn len(&self) -> usize {
        self.canvas(0..self.per).len()
    }

    /// The canvas of a strip.
    #[inline(always)]
    pub(super) fn canvas(&self, lines: Range<usize>) -> Canvas {
        let top = self.canvas.top - (lines.start * self.step) as isize;
        let h = (lines.len() - 1) * self.step + self.span;
        Canvas { h, top, ..self.canvas }
    }

    /// Puts what a strip sees onto its canvas, which another strip may have used before.
    #[inline(always)]
    pub(super) fn place(
        &self,
        source: &Source<'_>,
        image: usize,
        size: [usize; 3],
        channels: Range<usize>,
        lines: Range<usize>,
        out: &mut [f32],
    ) {
        let canvas = self.canvas(lines);
        let row = canvas.w * canvas.step;
        let [_, h, w] = size;
        let covered = match source {
            Source::Plain { .. } => {
                let [(_, rows, top), _] = canvas.visible(h, w);
                top..top + rows
            }
            // A last line that no window covers has no gradient.
            Source::Pooled { .. } => 0..0,
        };
        out[..covered.start * row].fill(0.0);
        out[covered.end * row..canvas.len()].fill(0.0);
        source.place(image, size, channels.start, channels.len(), canvas, out);
    }
}
