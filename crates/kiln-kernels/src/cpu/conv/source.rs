//! Where a correlation's images come from and where its results go: plain tensors, or through a 2×2 max-pool.

use std::ops::Range;

use crate::cpu::order::{Canvas, Image, Order, place, transpose};
use crate::cpu::parallel::Shared;
use crate::cpu::scratch::Scratch;

/// `index` of a window without a positive value: relu lets no gradient through.
pub(super) const DEAD: u8 = 4;

/// Images to read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    /// A tensor of the size that the correlation wants.
    Plain { data: &'a [f32], order: Order },
    /// The gradient after relu and pooling, which [`Sink::Pooled`]'s `index` leads back to where it came from.
    Pooled { data: &'a [f32], order: Order, index: &'a [u8] },
}

impl Source<'_> {
    /// Puts channels `first..first + channels` of image `image` (`[c, h, w]`) onto `canvas`, channels last.
    ///
    /// Pixels of the canvas that no image covers keep their value; which these are does not depend on `image`.
    #[inline(always)]
    pub(super) fn place(
        &self,
        image: usize,
        [c, h, w]: [usize; 3],
        first: usize,
        channels: usize,
        canvas: Canvas,
        out: &mut [f32],
    ) {
        match *self {
            Source::Plain { data, order } => {
                let data = &data[image * c * h * w..][..c * h * w];
                place(Image { data, order, c, h, w, first, channels }, canvas, out);
            }
            Source::Pooled { data, order, index } => {
                let (h2, w2) = (h / 2, w / 2);
                let range = image * c * h2 * w2..(image + 1) * c * h2 * w2;
                let (data, index) = (&data[range.clone()], &index[range]);
                let mut turned;
                let (data, c_of, first_of): (&[f32], usize, usize) = match order {
                    Order::Nhwc => (data, c, first),
                    Order::Nchw => {
                        turned = Scratch::take(channels * h2 * w2);
                        transpose(
                            &data[first * h2 * w2..],
                            channels,
                            h2 * w2,
                            h2 * w2,
                            &mut turned,
                            channels,
                        );
                        (&turned, channels, 0)
                    }
                };
                for y in 0..h2 {
                    for x in 0..w2 {
                        let pixel = y * w2 + x;
                        let g = &data[pixel * c_of + first_of..][..channels];
                        let won = &index[pixel * c + first..][..channels];
                        for which in 0..4 {
                            let row = (2 * y + which % 2) as isize + canvas.top;
                            let col = (2 * x + which / 2) as isize + canvas.left;
                            if row < 0 || col < 0 || row >= canvas.h as isize || col >= canvas.w as isize {
                                continue;
                            }
                            let at = (row as usize * canvas.w + col as usize) * canvas.step;
                            spread(&mut out[at..][..channels], g, won, which as u8);
                        }
                    }
                }
            }
        }
    }

    /// The pixels of `image` in place, if they are a plain `[pixels, c]` block.
    #[inline(always)]
    pub(super) fn in_place(&self, image: usize, size: usize) -> Option<&[f32]> {
        match self {
            Source::Plain { data, order: Order::Nhwc } => Some(&data[image * size..][..size]),
            _ => None,
        }
    }
}

/// `out = g` where `which` won, else 0.
#[inline(always)]
fn spread(out: &mut [f32], g: &[f32], won: &[u8], which: u8) {
    for ((out, &g), &won) in out.iter_mut().zip(g).zip(won) {
        *out = if won == which { g } else { 0.0 };
    }
}

/// Where results go.
#[derive(Debug)]
pub(super) enum Sink<'a> {
    Plain {
        data: Shared<'a, f32>,
        order: Order,
    },
    /// Through relu and 2×2 max-pooling. `index` is `[n, ho/2, wo/2, k]`.
    Pooled {
        data: Shared<'a, f32>,
        order: Order,
        index: Shared<'a, u8>,
    },
}

impl Sink<'_> {
    /// The memory of these lines of `images` itself, if results can be written there as `[image, line, w, step]`: all lines of several, or
    /// some of one.
    ///
    /// # Safety
    /// No two tasks may hold the same line of an image.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub(super) unsafe fn in_place_all(
        &self,
        images: Range<usize>,
        [c, h, w]: [usize; 3],
        lines: Range<usize>,
        step: usize,
    ) -> Option<&mut [f32]> {
        match self {
            Sink::Plain { data, order } if step == c && (*order == Order::Nhwc || c == 1) => {
                let line = c * w;
                let range =
                    (images.start * h + lines.start) * line..((images.end - 1) * h + lines.end) * line;
                // SAFETY: the caller's promise.
                Some(unsafe { data.slice(range) })
            }
            _ => None,
        }
    }

    /// Whether [`pool_lines`](Self::pool_lines) can be.
    #[inline(always)]
    pub(super) fn pools_lines(&self) -> bool {
        matches!(self, Sink::Pooled { order: Order::Nhwc, .. })
    }

    /// Pools an even number of lines of `image`, which are in `from`, `[lines, w, step]`, `c` channels of them.
    ///
    /// # Safety
    /// No two tasks may hold the same image.
    #[inline(always)]
    pub(super) unsafe fn pool_lines(
        &self,
        image: usize,
        [c, h, w]: [usize; 3],
        lines: Range<usize>,
        from: &[f32],
        step: usize,
    ) {
        let Sink::Pooled { data, order: Order::Nhwc, index } = self else { return };
        let (h2, w2) = (h / 2, w / 2);
        let range = (image * h2 + lines.start / 2) * w2 * c..(image * h2 + lines.end / 2) * w2 * c;
        // SAFETY: the caller's promise.
        let (out, index) = unsafe { (data.slice(range.clone()), index.slice(range)) };
        pool(from, w, [c, lines.len() / 2, w2], step, out, index);
    }

    /// Delivers some lines and channels of `image`, which are in `from`, `[line, w, step]`, where results have their channels last.
    ///
    /// # Safety
    /// No two tasks may hold the same lines and channels of an image.
    #[inline(always)]
    pub(super) unsafe fn deliver_part(
        &self,
        image: usize,
        [c, h, w]: [usize; 3],
        lines: Range<usize>,
        channels: Range<usize>,
        from: &[f32],
        step: usize,
    ) {
        let Sink::Plain { data, order: Order::Nhwc } = self else { return };
        let pixels = (image * h + lines.start) * w..(image * h + lines.end) * w;
        for (pixel, from) in pixels.zip(from.chunks(step)) {
            let range = pixel * c + channels.start..pixel * c + channels.end;
            // SAFETY: the caller's promise.
            unsafe { data.slice(range) }.copy_from_slice(&from[..channels.len()]);
        }
    }

    /// Delivers the results of `image`, which are in `from`, `[h, w, step]`, `c` channels of them.
    ///
    /// # Safety
    /// No two tasks may hold the same image.
    #[inline(always)]
    pub(super) unsafe fn deliver(&self, image: usize, [c, h, w]: [usize; 3], from: &[f32], step: usize) {
        match self {
            Sink::Plain { data, order } => {
                let size = c * h * w;
                // SAFETY: the caller's promise.
                let out = unsafe { data.slice(image * size..(image + 1) * size) };
                match order {
                    Order::Nchw => transpose(from, h * w, c, step, out, h * w),
                    Order::Nhwc => {
                        for (out, from) in out.chunks_exact_mut(c).zip(from.chunks(step)) {
                            out.copy_from_slice(&from[..c]);
                        }
                    }
                }
            }
            Sink::Pooled { data, order, index } => {
                let (h2, w2) = (h / 2, w / 2);
                let size = c * h2 * w2;
                let range = image * size..(image + 1) * size;
                // SAFETY: the caller's promise.
                let (out, index) = unsafe { (data.slice(range.clone()), index.slice(range)) };
                match order {
                    Order::Nhwc => pool(from, w, [c, h2, w2], step, out, index),
                    Order::Nchw => {
                        let mut pooled = Scratch::take(size);
                        pool(from, w, [c, h2, w2], step, &mut pooled, index);
                        transpose(&pooled, h2 * w2, c, c, out, h2 * w2);
                    }
                }
            }
        }
    }
}

/// Channels that are pooled at once: whole vectors wherever the program runs.
const LANES: usize = 16;

/// Relu and 2×2 max-pool of `from`, `[_, w, step]`, to `[h2, w2, c]`.
#[inline(always)]
fn pool(from: &[f32], w: usize, [c, h2, w2]: [usize; 3], step: usize, out: &mut [f32], index: &mut [u8]) {
    for y in 0..h2 {
        let line = |y: usize| from[y * w * step..][..w * step].chunks_exact(2 * step);
        let outs = out[y * w2 * c..][..w2 * c].chunks_exact_mut(c);
        let indices = index[y * w2 * c..][..w2 * c].chunks_exact_mut(c);
        for (((top, bottom), out), index) in line(2 * y).zip(line(2 * y + 1)).zip(outs).zip(indices) {
            let windows = [&top[..c], &top[step..][..c], &bottom[..c], &bottom[step..][..c]];
            let (outs, out_rest) = out.as_chunks_mut::<LANES>();
            let (indices, index_rest) = index.as_chunks_mut::<LANES>();
            for (at, (out, index)) in outs.iter_mut().zip(indices).enumerate() {
                winners(windows.map(|window| &window.as_chunks::<LANES>().0[at]), out, index);
            }
            let rest = windows.map(|window| window.as_chunks::<LANES>().1);
            for (at, (out, index)) in out_rest.iter_mut().zip(index_rest).enumerate() {
                let (mut value, mut won) = ([0.0], [0]);
                winners(
                    [&[rest[0][at]], &[rest[1][at]], &[rest[2][at]], &[rest[3][at]]],
                    &mut value,
                    &mut won,
                );
                (*out, *index) = (value[0], won[0]);
            }
        }
    }
}

/// The largest of four, line by line, after relu, and which it is, numbered column by column.
#[inline(always)]
fn winners<const N: usize>([p0, p1, p2, p3]: [&[f32; N]; 4], out: &mut [f32; N], index: &mut [u8; N]) {
    // The first maximum wins, line by line; the first NaN is the maximum.
    let beats = |new: f32, max: f32| (new > max) | (new.is_nan() & !max.is_nan());
    let mut wons = [0u32; N];
    for i in 0..N {
        let (max, won) = (p0[i], 0);
        let (max, won) = if beats(p1[i], max) { (p1[i], 2) } else { (max, won) };
        let (max, won) = if beats(p2[i], max) { (p2[i], 1) } else { (max, won) };
        let (max, won) = if beats(p3[i], max) { (p3[i], 3) } else { (max, won) };
        out[i] = if max <= 0.0 { 0.0 } else { max };
        wons[i] = if max <= 0.0 { u32::from(DEAD) } else { won };
    }
    for (index, won) in index.iter_mut().zip(wons) {
        *index = won as u8;
    }
}
