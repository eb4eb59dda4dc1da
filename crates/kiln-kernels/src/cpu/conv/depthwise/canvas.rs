//! Canvases with a copy for each channel of a group.

use std::ops::Range;

use super::pixels::Tap;
use crate::cpu::conv::correlation::Correlation;
use crate::cpu::conv::source::Source;
use crate::cpu::conv::strips::Strips;
use crate::cpu::parallel::cut;
use crate::cpu::scratch::Scratch;

/// Floats of a strip of lines: less than half of a small second-level cache.
const STRIP: usize = cut(48 * 1024, 1024);

/// The canvas of a strip of a block of channels.
pub(super) struct Canvases {
    pub(super) strips: Strips,
    /// Channels of a group, and of the block in whole vectors.
    group: usize,
    width: usize,
    /// Floats of a pixel: `[input channel of the group][channel]`.
    pub(super) step: usize,
    plain: Scratch,
    copies: Scratch,
}

impl Canvases {
    #[inline(always)]
    pub(super) fn new(correlation: &Correlation, width: usize) -> Self {
        let group = correlation.cin;
        let strips = Strips::new(correlation, width, STRIP / group);
        let len = strips.len();
        let copies = Scratch::take(if group > 1 { group * len } else { 0 });
        Self { strips, group, width, step: group * width, plain: Scratch::zeroed(len), copies }
    }

    /// The taps of each input channel of the group, with `row` floats between the rows of two.
    pub(super) fn taps(&self, taps: &[(usize, usize)], row: usize) -> Vec<Tap> {
        let inputs =
            |offset: usize| (0..self.group).map(move |input| offset * self.step + input * self.width);
        let places = taps.iter().flat_map(|&(offset, _)| inputs(offset)).enumerate();
        places.map(|(index, from)| Tap { from: from as isize, row: index * row }).collect()
    }

    /// The canvas with `lines` of the sweeps of an image.
    #[inline(always)]
    pub(super) fn place(
        &mut self,
        source: &Source<'_>,
        image: usize,
        size: [usize; 3],
        channels: Range<usize>,
        lines: Range<usize>,
    ) -> &[f32] {
        let len = self.strips.canvas(lines.clone()).len();
        self.strips.place(source, image, size, channels, lines, &mut self.plain);
        let plain = &self.plain[..len];
        match self.group {
            2 => copy::<2>(plain, self.width, &mut self.copies),
            4 => copy::<4>(plain, self.width, &mut self.copies),
            8 => copy::<8>(plain, self.width, &mut self.copies),
            _ => return plain,
        }
        &self.copies[..self.group * len]
    }
}

/// `[pixel][channel]` to `[pixel][input channel of the group][channel]`.
#[inline(always)]
fn copy<const GROUP: usize>(plain: &[f32], width: usize, out: &mut [f32]) {
    for (from, to) in plain.chunks_exact(width).zip(out.chunks_exact_mut(GROUP * width)) {
        for (group, from) in from.as_chunks::<GROUP>().0.iter().enumerate() {
            for (input, &value) in from.iter().enumerate() {
                to[input * width + group * GROUP..][..GROUP].copy_from_slice(&[value; GROUP]);
            }
        }
    }
}
