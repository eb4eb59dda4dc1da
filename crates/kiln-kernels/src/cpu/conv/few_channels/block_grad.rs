//! Weight gradient of the block with relu and 2×2 max-pool.
//!
//! Only one pixel of each window of the pooling has a gradient, and which one differs from channel to channel. For each tap the
//! channels pick theirs of four pixels: a permutation and a product, where the spread-out gradient has four products, three
//! of them with zero.

use pulp::{Simd, WithSimd};

use crate::cpu::conv::plan::Plan;
use crate::cpu::conv::source::DEAD;
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{load, store};

/// Sums: nine taps and the bias.
const SUMS: usize = 10;

/// Vectors that a block of sums is wide, so that they stay in registers.
const fn widest<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 2 } else { 1 }
}

/// Adds one image's part to `sums`, `[10][sums_row]`, `width` columns in whole vectors.
///
/// `canvas`: the image, [`tame`](super::tame); `g` and `index`: `[pixels, step]` after pooling, from the first column on.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(in super::super) fn add_pooled<S: Simd>(
    simd: S,
    plan: &Plan,
    canvas: &[f32],
    g: &[f32],
    index: &[u8],
    step: usize,
    sums: &mut [f32],
    sums_row: usize,
    width: usize,
) {
    let [h, w] = plan.result.map(|side| side / 2);
    let reach = (h * w - 1) * step + width;
    assert!(reach <= g.len() && reach <= index.len(), "few_channels: g");
    assert!(
        (SUMS - 1) * sums_row + width <= sums.len() && width.is_multiple_of(S::F32_LANES),
        "few_channels: sums"
    );
    // Pixels beside those below them: four in a row are a window, column by column.
    let (lines, line) = (2 * h + 1, 2 * plan.canvas.w);
    let mut pairs = Scratch::take(lines * line);
    for (y, pairs) in pairs.chunks_exact_mut(line).enumerate() {
        let (upper, lower) = canvas[y * plan.canvas.w..][..line].split_at(plan.canvas.w);
        for ((pair, &upper), &lower) in pairs.as_chunks_mut::<2>().0.iter_mut().zip(upper).zip(lower) {
            *pair = [upper, lower];
        }
    }
    assert!(2 * (w - 1) + 4 <= plan.canvas.w, "few_channels: canvas");
    let mut column = 0;
    while column < width {
        let nv = widest::<S>().min((width - column) / S::F32_LANES);
        let block = Block {
            pairs: pairs.as_ptr(),
            line,
            size: [h, w],
            g: g[column..].as_ptr(),
            index: index[column..].as_ptr(),
            step,
            sums: sums[column..].as_mut_ptr(),
            sums_row,
        };
        if nv == 2 {
            simd.vectorize(Wide::<2>(block));
        } else {
            simd.vectorize(Wide::<1>(block));
        }
        column += nv * S::F32_LANES;
    }
}

/// One block of columns. What its pointers reach, [`add_pooled`] has seen to be there.
struct Block {
    pairs: *const f32,
    line: usize,
    size: [usize; 2],
    g: *const f32,
    index: *const u8,
    step: usize,
    sums: *mut f32,
    sums_row: usize,
}

struct Wide<const NV: usize>(Block);

impl<const NV: usize> WithSimd for Wide<NV> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Block { pairs, line, size: [h, w], mut g, mut index, step, sums: out, sums_row } = self.0;
        let lanes = S::F32_LANES;
        let zero = simd.splat_f32s(0.0);
        let dead = simd.splat_u32s(u32::from(DEAD));
        let mut sums = [[zero; NV]; SUMS];
        // SAFETY: `add_pooled` has seen that each of `h · w` pixels has its vectors in `g` and `index`, that lines 2i to 2i + 2
        // of `pairs` exist from column 2j on for three times two and two floats, and that all sums are in `sums`.
        unsafe {
            for (row, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = load::<S>(out.add(row * sums_row + v * lanes));
                }
            }
            for i in 0..h {
                let mut at = pairs.add(2 * i * line);
                for _ in 0..w {
                    let (mut columns, mut which) = ([zero; NV], [dead; NV]);
                    for v in 0..NV {
                        which[v] = widen(simd, index.add(v * lanes));
                        let alive = simd.less_than_u32s(which[v], dead);
                        columns[v] = simd.select_f32s(alive, load::<S>(g.add(v * lanes)), zero);
                        sums[9][v] = simd.add_f32s(sums[9][v], columns[v]);
                    }
                    for r in 0..3 {
                        for s in 0..3 {
                            for v in 0..NV {
                                let pixel = pick(simd, at.add(r * line + 2 * s), which[v]);
                                sums[3 * r + s][v] =
                                    simd.mul_add_e_f32s(pixel, columns[v], sums[3 * r + s][v]);
                            }
                        }
                    }
                    at = at.add(4);
                    // The last step leads behind the ends.
                    (g, index) = (g.wrapping_add(step), index.wrapping_add(step));
                }
            }
            for (row, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    store::<S>(out.add(row * sums_row + v * lanes), *sum);
                }
            }
        }
    }
}

/// Bytes as numbers.
///
/// # Safety
/// A byte for every lane must be readable at `from`.
#[inline(always)]
unsafe fn widen<S: Simd>(simd: S, from: *const u8) -> S::u32s {
    let mut numbers = simd.splat_u32s(0);
    let to = (&raw mut numbers).cast::<u32>();
    for lane in 0..S::F32_LANES {
        // SAFETY: a vector has that many numbers; the caller's promise.
        unsafe { to.add(lane).write(u32::from(from.add(lane).read())) };
    }
    numbers
}

/// In each lane the one of the four numbers of `window` that `which`, modulo 4, says.
///
/// # Safety
/// Four floats must be readable at `window`.
#[inline(always)]
unsafe fn pick<S: Simd>(simd: S, window: *const f32, which: S::u32s) -> S::f32s {
    #[cfg(target_arch = "x86_64")]
    {
        use std::any::TypeId;
        use std::arch::x86_64::{
            _mm_loadu_ps, _mm256_permutevar_ps, _mm256_set_m128, _mm512_broadcast_f32x4, _mm512_permutevar_ps,
        };
        use std::mem::transmute_copy;

        // SAFETY: the instruction set is the one that `S` is for, vectors are of its size; the caller's promise.
        unsafe {
            if TypeId::of::<S>() == TypeId::of::<pulp::x86::V4>() {
                let window = _mm512_broadcast_f32x4(_mm_loadu_ps(window));
                return transmute_copy(&_mm512_permutevar_ps(window, transmute_copy(&which)));
            }
            if TypeId::of::<S>() == TypeId::of::<pulp::x86::V3>() {
                let window = _mm_loadu_ps(window);
                let window = _mm256_set_m128(window, window);
                return transmute_copy(&_mm256_permutevar_ps(window, transmute_copy(&which)));
            }
        }
    }
    let mut picked = simd.splat_f32s(0.0);
    let (to, which) = ((&raw mut picked).cast::<f32>(), (&raw const which).cast::<u32>());
    for lane in 0..S::F32_LANES {
        // SAFETY: a vector has that many numbers; the caller's promise.
        unsafe { to.add(lane).write(*window.add(which.add(lane).read() as usize % 4)) };
    }
    picked
}
