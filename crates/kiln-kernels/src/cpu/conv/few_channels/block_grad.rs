//! Weight gradient of the block with relu and 2×2 max-pool.
//!
//! Only one pixel of each window of the pooling has a gradient, and which one differs from channel to channel. For each tap the
//! channels pick theirs of four pixels: a permutation and a product, where the spread-out gradient has four products, three
//! of them with zero.

#[cfg(target_arch = "x86_64")]
use std::any::TypeId;
use std::sync::atomic::{AtomicBool, Ordering};

use pulp::{Simd, WithSimd};

use super::winners::get;
use super::{ConvShape, fits_block, tame};
use crate::cpu::arch::Arch;
use crate::cpu::conv::correlation::Correlation;
use crate::cpu::conv::weight_grad::{Split, finish};
use crate::cpu::order::{Image, Order, place};
use crate::cpu::parallel::{Shared, Task, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::{load, store};

/// Sums: nine taps and the bias.
const SUMS: usize = 10;

/// Vectors that a block of sums is wide, so that they stay in registers.
const fn widest<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 2 } else { 1 }
}

/// `dw` and `db` for images `x` and the gradient `g` of the block's result, channels last, which
/// [`relu_pool`](super::relu_pool) gave an `index`. `false` if it is no such block, or a pixel is infinite, NaN or huge.
#[allow(clippy::too_many_arguments)]
pub(in super::super) fn relu_pool_weight_grad(
    arch: Arch,
    shape: &ConvShape,
    x: &[f32],
    g: &[f32],
    index: &[u8],
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) -> bool {
    if !fits_block(arch, shape) {
        return false;
    }
    let correlation = Correlation::forward(shape);
    let split = Split::new(shape.n, SUMS, shape.k, true);
    let mut partial = Scratch::take(split.partial_len());
    let sums = Shared::new(&mut partial);
    let task = Picks { correlation: &correlation, split, x, g, index, sums, tame: AtomicBool::new(true) };
    for_each(arch, split.tasks(), shape.flops(), &task);
    let tame = task.tame.into_inner();
    if tame {
        finish(arch, &correlation, split, &partial, dw, db);
    }
    tame
}

struct Picks<'a> {
    correlation: &'a Correlation,
    split: Split,
    x: &'a [f32],
    g: &'a [f32],
    index: &'a [u8],
    sums: Shared<'a, f32>,
    tame: AtomicBool,
}

impl Task for Picks<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, task: usize) {
        let correlation = self.correlation;
        let [h, w] = correlation.result.map(|side| side / 2);
        let (channels, pooled) = (correlation.cout, h * w * correlation.cout);
        let [height, width] = correlation.source;
        let (images, columns) = self.split.task(task);
        // SAFETY: each task has its own chunk and span.
        let sums = unsafe { self.sums.slice(self.split.place(task / self.split.spans, &columns)) };
        sums.fill(0.0);
        let mut canvas = Scratch::zeroed(correlation.canvas.len());
        let line = correlation.canvas.w;
        let mut pairs = Scratch::take((2 * h + 1) * 2 * line);
        for image in images {
            let x = &self.x[image * height * width..][..height * width];
            if !tame(x) {
                self.tame.store(false, Ordering::Relaxed);
                return;
            }
            let x = Image { data: x, order: Order::Nhwc, c: 1, h: height, w: width, first: 0, channels: 1 };
            place(x, correlation.canvas, &mut canvas);
            // Pixels beside those below them: four in a row are a window, column by column.
            for (pairs, lines) in pairs.chunks_exact_mut(2 * line).zip(canvas.windows(2 * line).step_by(line))
            {
                let (upper, lower) = lines.split_at(line);
                for ((pair, &upper), &lower) in pairs.as_chunks_mut::<2>().0.iter_mut().zip(upper).zip(lower)
                {
                    *pair = [upper, lower];
                }
            }
            let (g, index) = (&self.g[image * pooled..][..pooled], &self.index[image * pooled..][..pooled]);
            assert!(columns.end <= channels && sums.len() == SUMS * columns.len());
            assert!(columns.len().is_multiple_of(S::F32_LANES) && 2 * w + 2 <= line);
            let mut column = 0;
            while column < columns.len() {
                let nv = widest::<S>().min((columns.len() - column) / S::F32_LANES);
                let first = columns.start + column;
                let block = Block {
                    pairs: pairs.as_ptr(),
                    line: 2 * line,
                    size: [h, w],
                    g: g[first..].as_ptr(),
                    index: index[first..].as_ptr(),
                    step: channels,
                    sums: sums[column..].as_mut_ptr(),
                    sums_row: columns.len(),
                };
                if nv == 2 {
                    simd.vectorize(Wide::<2>(block));
                } else {
                    simd.vectorize(Wide::<1>(block));
                }
                column += nv * S::F32_LANES;
            }
        }
    }
}

/// One block of columns. What its pointers reach, [`Picks`] has seen to be there.
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
        let mut sums = [[zero; NV]; SUMS];
        // SAFETY: `Picks` has seen that each of `h · w` pixels has its vectors in `g` and `index`, that lines 2i to 2i + 2
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
                    let (mut columns, mut which) = ([zero; NV], [simd.splat_u32s(0); NV]);
                    for v in 0..NV {
                        let (won, alive) = get(simd, index.add(v * lanes));
                        which[v] = won;
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

/// In each lane the one of the four numbers of `window` that `which`, modulo 4, says.
///
/// # Safety
/// Four floats must be readable at `window`.
#[inline(always)]
unsafe fn pick<S: Simd>(simd: S, window: *const f32, which: S::u32s) -> S::f32s {
    #[cfg(target_arch = "x86_64")]
    {
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
