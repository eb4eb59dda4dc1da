//! Forward pass of the block with relu and 2×2 max-pool, by Winograd's F(2, 3) along lines.
//!
//! Two neighbours `y₀ = d₀g₀ + d₁g₁ + d₂g₂`, `y₁ = d₁g₀ + d₂g₁ + d₃g₂` are `m₀ + m₁ + m₂` and `m₁ − m₂ − m₃`, where
//! `m₀ = (d₀ − d₂)g₀`, `m₁ = (d₁ + d₂)(g₀ + g₁ + g₂)/2`, `m₂ = (d₂ − d₁)(g₀ − g₁ + g₂)/2`, `m₃ = (d₁ − d₃)g₂`: with three lines
//! of the kernel summed up first, 14 instead of 18 operations (Lavin and Gray, 2016, <https://arxiv.org/abs/1509.09308>). What is
//! made of the image is made once and not for each output channel. The four results of a window never leave the registers.

use std::sync::atomic::{AtomicBool, Ordering};

use pulp::{Simd, WithSimd};

use super::turn::{PRODUCTS, turn, turned_line};
use super::winners::put;
use super::{ConvShape, fits_block, tame};
use crate::cpu::arch::Arch;
use crate::cpu::parallel::{Shared, Task, for_each, piece};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{load, store};

/// Tasks of a batch, as in the direct algorithm.
const TASKS: usize = 64;

/// The block's result for images `x`, `y` and `index` as in [`conv2d_relu_pool`](super::super::conv2d_relu_pool) with channels
/// last. `false` if it is no such block, or something is infinite, NaN or huge: what was written is of no use then.
#[allow(clippy::too_many_arguments)]
pub(in super::super) fn relu_pool(
    arch: Arch,
    shape: &ConvShape,
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    y: &mut [f32],
    index: &mut [u8],
) -> bool {
    if !fits_block(arch, shape) || !tame(weight) || !tame(bias) {
        return false;
    }
    let (weight, per) = (turned_weight(weight, bias), shape.n.div_ceil(TASKS).max(1));
    let (y, index) = (Shared::new(y), Shared::new(index));
    let task = Images { shape, per, x, weight: &weight, y, index, tame: AtomicBool::new(true) };
    for_each(arch, shape.n.div_ceil(per), shape.flops(), &task);
    task.tame.into_inner()
}

/// The weights' part of the products and the bias: `[3 lines · 4 products, and the bias][channels]`.
fn turned_weight(weight: &[f32], bias: &[f32]) -> Scratch {
    let channels = bias.len();
    let mut turned = Scratch::take((3 * PRODUCTS + 1) * channels);
    for (channel, kernel) in weight.as_chunks::<9>().0.iter().enumerate() {
        for (line, g) in kernel.as_chunks::<3>().0.iter().enumerate() {
            let [g0, g1, g2] = g.map(f64::from);
            // The last one negative: what follows is an addition.
            let products = [g0, (g0 + g1 + g2) / 2.0, (g0 - g1 + g2) / 2.0, -g2];
            for (i, product) in products.into_iter().enumerate() {
                turned[(PRODUCTS * line + i) * channels + channel] = product as f32;
            }
        }
    }
    turned[3 * PRODUCTS * channels..].copy_from_slice(bias);
    turned
}

struct Images<'a> {
    shape: &'a ConvShape,
    per: usize,
    x: &'a [f32],
    weight: &'a [f32],
    y: Shared<'a, f32>,
    index: Shared<'a, u8>,
    tame: AtomicBool,
}

impl Task for Images<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, task: usize) {
        let shape = self.shape;
        let size = [shape.ho() / 2, shape.wo() / 2];
        let [h, w] = size;
        let pooled = h * w * shape.k;
        let mut turned = Scratch::take((2 * h + 2) * turned_line(w));
        for image in piece(task, self.per, shape.n) {
            let x = &self.x[image * shape.h * shape.w..][..shape.h * shape.w];
            if !tame(x) {
                self.tame.store(false, Ordering::Relaxed);
                return;
            }
            turn::<S>(x, shape, w, &mut turned);
            let range = image * pooled..(image + 1) * pooled;
            // SAFETY: each image belongs to one task.
            let (y, index) = unsafe { (self.y.slice(range.clone()), self.index.slice(range)) };
            let (weight, channels) = (self.weight, shape.k);
            simd.vectorize(Image { weight, channels, size, turned: &turned, y, index });
        }
    }
}

struct Image<'a> {
    weight: &'a [f32],
    channels: usize,
    /// Pooled lines and columns.
    size: [usize; 2],
    /// `[2h + 2][w to a whole chunk][4]`
    turned: &'a [f32],
    y: &'a mut [f32],
    index: &'a mut [u8],
}

impl WithSimd for Image<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Image { weight, channels, size: [h, w], turned, y, index } = self;
        let line = turned_line(w);
        assert!(weight.len() == (3 * PRODUCTS + 1) * channels && channels.is_multiple_of(S::F32_LANES));
        assert!(turned.len() == (2 * h + 2) * line);
        assert!(y.len() == h * w * channels && index.len() == y.len());
        for channel in (0..channels).step_by(S::F32_LANES) {
            let mut taps = [[simd.splat_f32s(0.0); PRODUCTS]; 3];
            // SAFETY: channels are whole vectors and there are thirteen lines of them. `turned` has `2h + 2` lines of four floats
            // for each of `w` windows; `y` and `index` have `h · w` pixels of `channels`.
            unsafe {
                let weight = weight.as_ptr().add(channel);
                for (i, taps) in taps.iter_mut().enumerate() {
                    for (j, tap) in taps.iter_mut().enumerate() {
                        *tap = load::<S>(weight.add((PRODUCTS * i + j) * channels));
                    }
                }
                let bias = load::<S>(weight.add(3 * PRODUCTS * channels));
                let mut y = y.as_mut_ptr().add(channel);
                let mut index = index.as_mut_ptr().add(channel);
                for i in 0..h {
                    let mut at = turned.as_ptr().add(2 * i * line);
                    for _ in 0..w {
                        let top = pair(simd, at, line, &taps, bias);
                        let bottom = pair(simd, at.add(line), line, &taps, bias);
                        store::<S>(y, put(simd, top, bottom, index));
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
