//! All tiles of some images, taken to frequencies.

use std::ops::Range;

use pulp::Simd;

use crate::cpu::arch::Arch;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::conv::source::Source;
use crate::cpu::conv::winograd::{Algorithm, Four, Geometry, Two, gradient_tile, input_tile};
use crate::cpu::order::Canvas;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each};
use crate::cpu::scratch::Scratch;

/// `[part of the channels][frequency][tile][channel of the part]`.
pub(super) struct Tiles {
    data: Scratch,
    frequencies: usize,
    pub(super) count: usize,
    /// Channels of a part; the last part may have fewer, and then any number in their places.
    pub(super) part: usize,
}

impl Tiles {
    /// Of the inputs of a correlation.
    pub(super) fn of_inputs(
        arch: Arch,
        geometry: &Geometry,
        source: Source<'_>,
        images: Range<usize>,
        part: usize,
    ) -> Self {
        let canvas = geometry.canvas(arch.dispatch(BlocksOf(geometry.cin)).padded());
        Self::new(arch, geometry, source, images, geometry.cin, geometry.source, canvas, part, false)
    }

    /// Of the gradient for its result.
    pub(super) fn of_gradients(
        arch: Arch,
        geometry: &Geometry,
        source: Source<'_>,
        images: Range<usize>,
        part: usize,
    ) -> Self {
        // Whole tiles: what hangs over the edge stays zero.
        let [h, w] = geometry.tiles.map(|tiles| geometry.tile * tiles);
        let step = arch.dispatch(BlocksOf(geometry.cout)).padded();
        let canvas = Canvas { h, w, step, top: 0, left: 0 };
        Self::new(arch, geometry, source, images, geometry.cout, geometry.result, canvas, part, true)
    }

    #[allow(clippy::too_many_arguments)]
    fn new(
        arch: Arch,
        geometry: &Geometry,
        source: Source<'_>,
        images: Range<usize>,
        channels: usize,
        size: [usize; 2],
        canvas: Canvas,
        part: usize,
        gradients: bool,
    ) -> Self {
        let parts = channels.div_ceil(part);
        let count = images.len() * geometry.tiles[0] * geometry.tiles[1];
        let mut data = Scratch::take(parts * geometry.frequencies() * count * part);
        let cost = 4 * data.len() * MEMORY;
        let task = Transform {
            geometry,
            source,
            first: images.start,
            size: [channels, size[0], size[1]],
            canvas,
            gradients,
            count,
            part,
            out: Shared::new(&mut data),
        };
        for_each(arch, images.len(), cost, &task);
        Self { data, frequencies: geometry.frequencies(), count, part }
    }

    /// `[tile][channel of the part]` of one frequency of one part.
    #[inline(always)]
    pub(super) fn at(&self, part: usize, frequency: usize) -> &[f32] {
        let size = self.count * self.part;
        &self.data[(part * self.frequencies + frequency) * size..][..size]
    }
}

struct Transform<'a> {
    geometry: &'a Geometry,
    source: Source<'a>,
    first: usize,
    size: [usize; 3],
    canvas: Canvas,
    gradients: bool,
    count: usize,
    part: usize,
    out: Shared<'a, f32>,
}

impl Task for Transform<'_> {
    /// One image.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        match self.geometry.tile {
            4 => self.image::<S, Four, 4, 6>(simd, index),
            _ => self.image::<S, Two, 2, 4>(simd, index),
        }
    }
}

impl Transform<'_> {
    #[inline(always)]
    fn image<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(&self, simd: S, index: usize) {
        let (canvas, step) = (self.canvas, self.canvas.step);
        let [down, across] = self.geometry.tiles;
        let mut pixels = Scratch::zeroed(canvas.len());
        self.source.place(self.first + index, self.size, 0, self.size[0], canvas, &mut pixels);
        let mut transformed = Scratch::take(I * I * step);
        for tile in 0..down * across {
            let from = &pixels[O * (tile / across * canvas.w + tile % across) * step..];
            if self.gradients {
                gradient_tile::<S, A, O, I>(simd, from, canvas.w * step, step, &mut transformed, step);
            } else {
                input_tile::<S, A, O, I>(simd, from, canvas.w * step, step, &mut transformed, step);
            }
            for (frequency, values) in transformed.chunks_exact(step).enumerate() {
                for (part, values) in values.chunks(self.part).enumerate() {
                    let row = (part * I * I + frequency) * self.count + index * down * across + tile;
                    let at = row * self.part;
                    // SAFETY: each task has its own image's tiles.
                    unsafe { self.out.slice(at..at + values.len()) }.copy_from_slice(values);
                }
            }
        }
    }
}
