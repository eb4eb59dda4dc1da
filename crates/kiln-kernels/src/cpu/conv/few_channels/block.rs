//! Forward pass of the block with relu and 2×2 max-pool, by Winograd's F(2, 3) along lines.
//!
//! Two neighbours `y₀ = d₀g₀ + d₁g₁ + d₂g₂`, `y₁ = d₁g₀ + d₂g₁ + d₃g₂` are `m₀ + m₁ + m₂` and `m₁ − m₂ − m₃`, where
//! `m₀ = (d₀ − d₂)g₀`, `m₁ = (d₁ + d₂)(g₀ + g₁ + g₂)/2`, `m₂ = (d₂ − d₁)(g₀ − g₁ + g₂)/2`, `m₃ = (d₁ − d₃)g₂`: with three lines
//! of the kernel summed up first, 14 instead of 18 operations (Lavin and Gray, 2016, <https://arxiv.org/abs/1509.09308>). What is
//! made of the image is made once and not for each output channel. The four results of a window never leave the registers.

use pulp::{Simd, WithSimd};

use super::tame;
use super::turn::{PRODUCTS, turn, turned_line};
use crate::cpu::conv::plan::Plan;
use crate::cpu::conv::source::DEAD;
use crate::cpu::order::Canvas;
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{load, store};

/// The weights of a block, ready for use.
pub(in super::super) struct Block {
    /// `[3 lines · 4 products, and the bias][channels]`
    weight: Scratch,
    channels: usize,
    /// Pooled lines and columns.
    size: [usize; 2],
    /// The image and where it is on the canvas.
    source: [usize; 2],
    canvas: Canvas,
}

impl Block {
    /// `weight`: `[k, 1, 3, 3]`; `bias`: `[k]`. `None` if [`fits_pooled`](super::fits_pooled) or a weight says no.
    pub(in super::super) fn new(plan: &Plan, lanes: usize, weight: &[f32], bias: &[f32]) -> Option<Self> {
        if !super::fits_pooled(plan, lanes) || !tame(weight) || !tame(bias) {
            return None;
        }
        let channels = plan.cout;
        let mut turned = Scratch::take((3 * PRODUCTS + 1) * channels);
        for (channel, kernel) in weight.chunks_exact(9).enumerate() {
            for (line, g) in kernel.chunks_exact(3).enumerate() {
                let [g0, g1, g2] = [0, 1, 2].map(|i| f64::from(g[i]));
                // The last one negative: what follows is an addition.
                let products = [g0, (g0 + g1 + g2) / 2.0, (g0 - g1 + g2) / 2.0, -g2];
                for (i, product) in products.into_iter().enumerate() {
                    turned[(PRODUCTS * line + i) * channels + channel] = product as f32;
                }
            }
        }
        turned[3 * PRODUCTS * channels..].copy_from_slice(bias);
        let size = plan.result.map(|side| side / 2);
        Some(Self { weight: turned, channels, size, source: plan.source, canvas: plan.canvas })
    }

    /// The block's result for the image `x`, which is [`tame`]: `y` and `index`, `[h, w, channels]`.
    #[inline(always)]
    pub(in super::super) fn image<S: Simd>(&self, simd: S, x: &[f32], y: &mut [f32], index: &mut [u8]) {
        let [h, w] = self.size;
        assert!(y.len() == h * w * self.channels && index.len() == y.len(), "few_channels: y");
        assert!(self.channels.is_multiple_of(S::F32_LANES), "few_channels: channels");
        let mut turned = Scratch::take((2 * h + 2) * turned_line(w));
        turn::<S>(x, self.source, self.canvas, w, &mut turned);
        simd.vectorize(Image { block: self, turned: &turned, y, index });
    }
}

struct Image<'a> {
    block: &'a Block,
    /// `[2h + 2][w to a whole chunk][4]`
    turned: &'a [f32],
    y: &'a mut [f32],
    index: &'a mut [u8],
}

impl WithSimd for Image<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Block { ref weight, channels, size: [h, w], .. } = *self.block;
        let line = turned_line(w);
        assert!(self.turned.len() == (2 * h + 2) * line);
        for channel in (0..channels).step_by(S::F32_LANES) {
            let mut taps = [[simd.splat_f32s(0.0); PRODUCTS]; 3];
            // SAFETY: channels are whole vectors and there are thirteen lines of them. `turned` has `2h + 2` lines of four floats
            // for each of `w` windows; `y` and `index` have `h · w` pixels of `channels` (both seen in `image`).
            unsafe {
                let weight = weight.as_ptr().add(channel);
                for (i, taps) in taps.iter_mut().enumerate() {
                    for (j, tap) in taps.iter_mut().enumerate() {
                        *tap = load::<S>(weight.add((PRODUCTS * i + j) * channels));
                    }
                }
                let bias = load::<S>(weight.add(3 * PRODUCTS * channels));
                let mut y = self.y.as_mut_ptr().add(channel);
                let mut index = self.index.as_mut_ptr().add(channel);
                for i in 0..h {
                    let mut at = self.turned.as_ptr().add(2 * i * line);
                    for _ in 0..w {
                        let top = pair(simd, at, line, &taps, bias);
                        let bottom = pair(simd, at.add(line), line, &taps, bias);
                        let (value, which) = winner(simd, top, bottom);
                        store::<S>(y, value);
                        narrow::<S>(which, index);
                        at = at.add(PRODUCTS);
                        // The last step leads behind the end.
                        (y, index) = (y.wrapping_add(channels), index.wrapping_add(channels));
                    }
                }
            }
        }
    }
}

/// Two results side by side.
///
/// # Safety
/// Four floats must be readable at `at`, `at + line` and `at + 2 · line`.
#[inline(always)]
unsafe fn pair<S: Simd>(
    simd: S,
    at: *const f32,
    line: usize,
    taps: &[[S::f32s; PRODUCTS]; 3],
    bias: S::f32s,
) -> [S::f32s; 2] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut plus = simd.mul_add_e_f32s(simd.splat_f32s(*at.add(1)), taps[0][1], bias);
        let mut minus = simd.mul_f32s(simd.splat_f32s(*at.add(2)), taps[0][2]);
        for row in 1..3 {
            let at = at.add(row * line);
            plus = simd.mul_add_e_f32s(simd.splat_f32s(*at.add(1)), taps[row][1], plus);
            minus = simd.mul_add_e_f32s(simd.splat_f32s(*at.add(2)), taps[row][2], minus);
        }
        let mut left = simd.add_f32s(plus, minus);
        let mut right = simd.sub_f32s(plus, minus);
        for row in 0..3 {
            let at = at.add(row * line);
            left = simd.mul_add_e_f32s(simd.splat_f32s(*at), taps[row][0], left);
            right = simd.mul_add_e_f32s(simd.splat_f32s(*at.add(3)), taps[row][3], right);
        }
        [left, right]
    }
}

/// The largest of a window after relu, and which it is: the first of equals line by line, numbered column by column.
#[inline(always)]
fn winner<S: Simd>(simd: S, [a, b]: [S::f32s; 2], [c, d]: [S::f32s; 2]) -> (S::f32s, S::u32s) {
    let (zero, number) = (simd.splat_f32s(0.0), |number| simd.splat_u32s(number));
    let of_top = simd.select_u32s(simd.less_than_f32s(a, b), number(2), number(0));
    let of_bottom = simd.select_u32s(simd.less_than_f32s(c, d), number(3), number(1));
    let (top, bottom) = (simd.max_f32s(a, b), simd.max_f32s(c, d));
    let which = simd.select_u32s(simd.less_than_f32s(top, bottom), of_bottom, of_top);
    let max = simd.max_f32s(top, bottom);
    let which = simd.select_u32s(simd.less_than_f32s(zero, max), which, number(u32::from(DEAD)));
    (simd.max_f32s(max, zero), which)
}

/// Writes numbers below 256 as bytes.
///
/// # Safety
/// A byte for every lane must be writable at `to`.
#[inline(always)]
unsafe fn narrow<S: Simd>(numbers: S::u32s, to: *mut u8) {
    let numbers = (&raw const numbers).cast::<u32>();
    for lane in 0..S::F32_LANES {
        // SAFETY: a vector has that many numbers; the caller's promise.
        unsafe { to.add(lane).write(numbers.add(lane).read() as u8) };
    }
}
