//! 1×1 convolution: a product of matrices over the pixels of all images, channels-last on both sides.
//!
//! Pixels are cut into chunks that stay in the second-level cache while all output channels pass by, and input channels into pieces whose
//! weights stay in the first-level cache while all pixels of the chunk pass by. With a stride, the pixels that count are gathered first.

use std::ops::Range;

use pulp::Simd;

use super::ConvShape;
use super::direct::BlocksOf;
use super::ready::{Ready, Weight};
use crate::cpu::arch::Arch;
use crate::cpu::curve::{Curve, values};
use crate::cpu::panels;
use crate::cpu::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{Blocks, Run, Segment, Start};

/// Channels whose weights are in the first-level cache, for one block of results.
const DEPTH: usize = cut(256, 8);

/// Floats of a chunk of pixels, and its fewest and most pixels.
const CHUNK: usize = 32 * 1024;
const PIXELS: [usize; 2] = [cut(48, 4), cut(240, 8)];

/// Tasks to aim at. No sum is divided, so that the bits do not depend on how many there are.
const TASKS: usize = 16;

/// Whether the convolution is a product of matrices.
pub(super) fn fits(shape: &ConvShape) -> bool {
    let ConvShape { r: 1, s: 1, padding: [0, 0], groups: 1, c, k, .. } = *shape else { return false };
    c.min(k) >= 4
}

/// The pixel of the input that pixel `index` of the output, of all images, is made of.
#[inline(always)]
fn source_of(shape: &ConvShape, index: usize) -> usize {
    if shape.stride == [1, 1] {
        return index;
    }
    let (ho, wo) = (shape.ho(), shape.wo());
    let (image, line, column) = (index / (ho * wo), index / wo % ho, index % wo);
    (image * shape.h + line * shape.stride[0]) * shape.w + column * shape.stride[1]
}

/// `y = act(x ∗ weight + bias)`: `x` `[pixels, c]`, `weight` `[k, c]`, `y` `[pixels, k]`.
#[allow(clippy::too_many_arguments)]
pub(super) fn forward(
    arch: Arch,
    shape: &ConvShape,
    x: &[f32],
    weight: Weight<'_>,
    bias: Option<&[f32]>,
    relu: bool,
    curve: Option<Curve>,
    y: &Shared<'_, f32>,
) {
    let blocks = arch.dispatch(BlocksOf(shape.k));
    let made;
    let panels = match weight.ready {
        Some(Ready::Panels(panels)) => panels,
        _ => {
            made = panels::of_columns(arch, blocks, shape.c, weight.raw);
            &made
        }
    };
    let product = Product::new(shape, [shape.c, shape.k], blocks, x, panels, bias, relu, y);
    let product = Product { curve, ..product };
    product.run_all(arch, shape.stride != [1, 1], false);
}

/// `dx = g ∗ᵀ weight (+ bias)`: `g` `[pixels, k]`, `weight` `[k, c]`, `dx` `[pixels, c]`. With a stride there is no bias.
pub(super) fn input_grad(
    arch: Arch,
    shape: &ConvShape,
    g: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
    dx: &Shared<'_, f32>,
) {
    let blocks = arch.dispatch(BlocksOf(shape.c));
    let panels = panels::of_rows(arch, blocks, shape.k, weight);
    let product = Product::new(shape, [shape.k, shape.c], blocks, g, &panels, bias, relu, dx);
    product.run_all(arch, false, shape.stride != [1, 1]);
}

struct Product<'a> {
    shape: &'a ConvShape,
    /// Pixels of the output of all images.
    pixels: usize,
    depth: usize,
    cols: usize,
    blocks: Blocks,
    a: &'a [f32],
    /// `[block][depth][column of the block]`.
    panels: &'a [f32],
    bias: Scratch,
    relu: bool,
    /// What is applied to the results while they are in the cache.
    curve: Option<Curve>,
    out: &'a Shared<'a, f32>,
    /// Whether `a` or the result has more pixels than the product.
    gather: bool,
    scatter: bool,
    /// Pixels of a chunk; blocks of a task, and how many such spans there are.
    per: usize,
    span: usize,
    spans: usize,
}

impl<'a> Product<'a> {
    #[allow(clippy::too_many_arguments)]
    fn new(
        shape: &'a ConvShape,
        [depth, cols]: [usize; 2],
        blocks: Blocks,
        a: &'a [f32],
        panels: &'a [f32],
        bias: Option<&[f32]>,
        relu: bool,
        out: &'a Shared<'a, f32>,
    ) -> Self {
        let pixels = shape.n * shape.ho() * shape.wo();
        let most = (CHUNK / depth.min(DEPTH)).clamp(PIXELS[0], PIXELS[1]);
        let chunks = pixels.div_ceil(most).max(1);
        let spans = TASKS.div_ceil(chunks).min(blocks.count());
        let span = blocks.count().div_ceil(spans);
        let mut padded = Scratch::zeroed(blocks.padded());
        if let Some(bias) = bias {
            padded[..cols].copy_from_slice(bias);
        }
        Self {
            shape,
            pixels,
            depth,
            cols,
            blocks,
            a,
            panels,
            bias: padded,
            relu,
            curve: None,
            out,
            gather: false,
            scatter: false,
            per: pixels.div_ceil(chunks).max(1),
            span,
            spans: blocks.count().div_ceil(span),
        }
    }

    fn run_all(mut self, arch: Arch, gather: bool, scatter: bool) {
        (self.gather, self.scatter) = (gather, scatter);
        let cost = self.shape.flops() + (self.shape.x_len() + self.shape.y_len()) * MEMORY;
        for_each(arch, self.pixels.div_ceil(self.per) * self.spans, cost, &self);
    }
}

impl Task for Product<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let pixels = piece(index / self.spans, self.per, self.pixels);
        let blocks = piece(index % self.spans, self.span, self.blocks.count());
        let mut gathered;
        let a = if self.gather {
            gathered = Scratch::take(pixels.len() * self.depth);
            for (pixel, to) in pixels.clone().zip(gathered.chunks_exact_mut(self.depth)) {
                to.copy_from_slice(&self.a[source_of(self.shape, pixel) * self.depth..][..self.depth]);
            }
            &gathered[..]
        } else {
            &self.a[pixels.start * self.depth..pixels.end * self.depth]
        };
        let first = self.blocks.get(blocks.start).first;
        let last = self.blocks.get(blocks.end - 1);
        let columns = first..last.first + last.len;
        if self.scatter {
            let mut results = Scratch::take(pixels.len() * columns.len());
            let out = Shared::new(&mut results);
            self.product(simd, a, pixels.len(), blocks, &out, [0, columns.len()]);
            self.deliver(pixels, columns, &results);
        } else {
            let start = pixels.start * self.cols + first;
            self.product(simd, a, pixels.len(), blocks, self.out, [start, self.cols]);
        }
    }
}

impl Product<'_> {
    /// `pixels` rows of `a` times `blocks`, to `out` from `start` on, in rows `step` apart.
    #[inline(always)]
    fn product<S: Simd>(
        &self,
        simd: S,
        a: &[f32],
        pixels: usize,
        blocks: Range<usize>,
        out: &Shared<'_, f32>,
        [start, step]: [usize; 2],
    ) {
        let depth = self.depth;
        assert!(pixels > 0 && a.len() >= pixels * depth, "pointwise: a");
        let each = depth.div_ceil(depth.div_ceil(DEPTH));
        let origin = self.blocks.get(blocks.start).first;
        for from in (0..depth).step_by(each) {
            let len = each.min(depth - from);
            for index in blocks.clone() {
                let block = self.blocks.get(index);
                let panel = &self.panels[block.first * depth..][..depth * block.width];
                let bias = &self.bias[block.first..][..block.width];
                let run = Run {
                    a: a.as_ptr().wrapping_add(from),
                    a_row: depth,
                    a_step: 1,
                    b: panel.as_ptr().wrapping_add(from * block.width),
                    b_step: block.width,
                    segments: &[Segment { a: 0, b: 0 }],
                    len,
                    c: out.pointer(start + block.first - origin, (pixels - 1) * step + block.len),
                    c_row: step,
                    rows: pixels,
                    lines: 1,
                    a_line: 0,
                    c_line: 0,
                    nv: block.nv,
                    cols: block.len,
                    start: if from == 0 { Start::Bias(bias.as_ptr()) } else { Start::Accumulate },
                    relu: self.relu && from + len == depth,
                };
                // SAFETY: `a` has `pixels` rows of `depth`, the panel `depth` rows of the block's width, and so has the bias; `pointer` checked
                // the result, of which each task has its own pixels and columns.
                unsafe { run.run(simd) };
                if let Some(curve) = self.curve.filter(|_| from + len == depth) {
                    for pixel in 0..pixels {
                        let at = start + block.first - origin + pixel * step;
                        // SAFETY: each task has its own pixels and columns.
                        values(simd, curve, unsafe { out.slice(at..at + block.len) });
                    }
                }
            }
        }
    }

    /// Results to the pixels that they belong to, and zeros to those between, which the stride leaves out.
    #[inline(always)]
    fn deliver(&self, pixels: Range<usize>, columns: Range<usize>, results: &[f32]) {
        let shape = self.shape;
        let [ho, wo] = [shape.ho(), shape.wo()];
        for (pixel, from) in pixels.zip(results.chunks_exact(columns.len())) {
            let (line, column) = (pixel / wo % ho, pixel % wo);
            // The last ones have what is left over at the edge, too.
            let down = if line + 1 == ho { shape.h - line * shape.stride[0] } else { shape.stride[0] };
            let across = if column + 1 == wo { shape.w - column * shape.stride[1] } else { shape.stride[1] };
            let place = source_of(shape, pixel);
            for i in 0..down {
                for j in 0..across {
                    let at = (place + i * shape.w + j) * self.cols;
                    // SAFETY: each task has its own pixels and columns.
                    let out = unsafe { self.out.slice(at + columns.start..at + columns.end) };
                    if (i, j) == (0, 0) {
                        out.copy_from_slice(from);
                    } else {
                        out.fill(0.0);
                    }
                }
            }
        }
    }
}
