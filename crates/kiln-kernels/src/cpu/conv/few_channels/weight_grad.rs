//! The weight gradient: all taps of all channels and the bias at once.
//!
//! Blocks of three taps, as the general kernel has them, wait for their own sums, and read the gradient several times. Here it is
//! read once, so that it can come from memory while sums are made.

use pulp::{Simd, WithSimd};

use crate::cpu::conv::correlation::Sweep;
use crate::cpu::parallel::cut;
use crate::cpu::tile::{load, store};

/// Floats of the gradient that stay in the first-level cache while sums for all columns are made of them.
const STRIP: usize = cut(4096, 64);

/// Pixels between what is read and what is asked for, where one block takes all columns.
const AHEAD: usize = 16;

/// Whether the kernel is for this sweep over `cin` channels: all sums must fit into registers.
pub(in super::super) fn fits<S: Simd>(sweep: &Sweep, cin: usize) -> bool {
    let most = if S::REGISTER_COUNT >= 32 { 3 } else { 1 };
    (1..=most).contains(&cin) && sweep.taps.len() == 9 && sweep.merged == 3
}

/// Adds one image's part to `sums`, `[9 · cin + 1][sums_row]`, `width` columns in whole vectors.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(in super::super) fn add<S: Simd>(
    simd: S,
    sweep: &Sweep,
    cin: usize,
    canvas: &[f32],
    line: usize,
    g: &[f32],
    g_step: usize,
    sums: &mut [f32],
    sums_row: usize,
    width: usize,
) {
    let [h, w] = sweep.count;
    let (a_line, a_step) = (sweep.stride[0] * line * cin, sweep.stride[1] * cin);
    let taps: [usize; 3] = std::array::from_fn(|row| sweep.taps[3 * row].0 * cin);
    assert!(taps[2] + (h - 1) * a_line + (w - 1) * a_step + 3 * cin <= canvas.len(), "few_channels: canvas");
    assert!((h * w - 1) * g_step + width <= g.len(), "few_channels: g");
    assert!(
        9 * cin * sums_row + width <= sums.len() && width.is_multiple_of(S::F32_LANES),
        "few_channels: sums"
    );
    // As many vectors as leave all sums in registers.
    let most = if cin == 1 && S::REGISTER_COUNT >= 32 { 2 } else { 1 };
    let single = width <= most * S::F32_LANES;
    let lines = if single { h } else { (STRIP / (w * width)).clamp(1, h) };
    for first in (0..h).step_by(lines) {
        let size = [lines.min(h - first), w];
        let mut column = 0;
        while column < width {
            let nv = most.min((width - column) / S::F32_LANES);
            // The blocks of a strip ask for the next one, each for its share, one line of the cache after the other.
            let share = (first + size[0]) * w * g_step + column * size[0] * w;
            let ahead = if single { AHEAD * g_step } else { share };
            let block = Block {
                a: canvas.as_ptr().wrapping_add(first * a_line),
                a_line,
                a_step,
                taps,
                g: g.as_ptr().wrapping_add(first * w * g_step + column),
                g_step,
                next: g.as_ptr().wrapping_add(ahead),
                sums: sums.as_mut_ptr().wrapping_add(column),
                sums_row,
                size,
            };
            match (cin, nv) {
                (1, 2) => simd.vectorize(Wide::<3, 2>(block)),
                (1, _) => simd.vectorize(Wide::<3, 1>(block)),
                (2, _) => simd.vectorize(Wide::<6, 1>(block)),
                (3, _) => simd.vectorize(Wide::<9, 1>(block)),
                _ => unreachable!("more channels than `fits` lets through"),
            }
            column += nv * S::F32_LANES;
        }
    }
}

/// One block of columns. What its pointers reach, [`add`] has seen to be there.
struct Block {
    a: *const f32,
    a_line: usize,
    a_step: usize,
    taps: [usize; 3],
    g: *const f32,
    g_step: usize,
    next: *const f32,
    sums: *mut f32,
    sums_row: usize,
    size: [usize; 2],
}

/// Sums of `NV` vectors for three lines of `LEN` neighbours on the canvas.
struct Wide<const LEN: usize, const NV: usize>(Block);

impl<const LEN: usize, const NV: usize> WithSimd for Wide<LEN, NV> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Block { a, a_line, a_step, taps, mut g, g_step, mut next, sums: out, sums_row, size: [h, w] } =
            self.0;
        let lanes = S::F32_LANES;
        let zero = simd.splat_f32s(0.0);
        let (mut sums, mut bias) = ([[[zero; NV]; LEN]; 3], [zero; NV]);
        // SAFETY: `add` has seen that every pixel of `size` with its taps is on the canvas, has its vectors in `g`, and that
        // all sums are in `sums`, which it holds alone.
        unsafe {
            for r in 0..3 {
                for i in 0..LEN {
                    for v in 0..NV {
                        sums[r][i][v] = load::<S>(out.add((LEN * r + i) * sums_row + v * lanes));
                    }
                }
            }
            for v in 0..NV {
                bias[v] = load::<S>(out.add(3 * LEN * sums_row + v * lanes));
            }
            for y in 0..h {
                let start = a.add(y * a_line);
                let mut rows = taps.map(|tap| start.add(tap));
                for _ in 0..w {
                    let mut columns = [zero; NV];
                    for v in 0..NV {
                        columns[v] = load::<S>(g.add(v * lanes));
                        prefetch(next);
                        next = next.wrapping_add(lanes);
                    }
                    for r in 0..3 {
                        for i in 0..LEN {
                            let value = simd.splat_f32s(*rows[r].add(i));
                            for v in 0..NV {
                                sums[r][i][v] = simd.mul_add_e_f32s(value, columns[v], sums[r][i][v]);
                            }
                        }
                    }
                    for v in 0..NV {
                        bias[v] = simd.add_f32s(bias[v], columns[v]);
                    }
                    // The last steps lead behind the ends, from where nothing is read.
                    rows = rows.map(|row| row.wrapping_add(a_step));
                    g = g.wrapping_add(g_step);
                }
            }
            for r in 0..3 {
                for i in 0..LEN {
                    for v in 0..NV {
                        store::<S>(out.add((LEN * r + i) * sums_row + v * lanes), sums[r][i][v]);
                    }
                }
            }
            for v in 0..NV {
                store::<S>(out.add(3 * LEN * sums_row + v * lanes), bias[v]);
            }
        }
    }
}

/// Asks for the cache line at `at`, wherever that points, which is needed soon.
#[inline(always)]
fn prefetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 has the instruction, and it never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}
