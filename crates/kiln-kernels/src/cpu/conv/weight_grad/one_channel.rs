//! 3×3 kernels over one channel, as in the first layer on grey images: all nine taps and the bias at once.
//!
//! Blocks of three taps, as the general kernel has them, wait for their own sums and for their loads; twenty sums do not.

use pulp::{Simd, WithSimd};

use crate::cpu::conv::plan::Sweep;
use crate::cpu::tile::{load, store};

/// Sums: nine taps and the bias.
const SUMS: usize = 10;

/// Vectors that a block of sums is wide, so that they stay in registers.
const fn widest<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 2 } else { 1 }
}

/// Whether the kernel is for this sweep over `cin` channels.
pub(super) fn fits(sweep: &Sweep, cin: usize) -> bool {
    cin == 1 && sweep.taps.len() == 9 && sweep.merged == 3
}

/// Adds one image's part to `sums`, `[10][sums_row]`, `width` columns in whole vectors.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(super) fn add<S: Simd>(
    simd: S,
    sweep: &Sweep,
    canvas: &[f32],
    line: usize,
    g: &[f32],
    g_step: usize,
    sums: &mut [f32],
    sums_row: usize,
    width: usize,
) {
    let [h, w] = sweep.count;
    let a_line = sweep.stride[0] * line;
    let taps: [usize; 3] = std::array::from_fn(|row| sweep.taps[3 * row].0);
    assert!(
        taps[2] + (h - 1) * a_line + (w - 1) * sweep.stride[1] + 3 <= canvas.len(),
        "one_channel: canvas"
    );
    assert!((h * w - 1) * g_step + width <= g.len(), "one_channel: g");
    assert!(
        (SUMS - 1) * sums_row + width <= sums.len() && width.is_multiple_of(S::F32_LANES),
        "one_channel: sums"
    );
    let mut column = 0;
    while column < width {
        let nv = widest::<S>().min((width - column) / S::F32_LANES);
        let block = Block {
            a: canvas.as_ptr(),
            a_line,
            a_step: sweep.stride[1],
            taps,
            g: g[column..].as_ptr(),
            g_step,
            sums: sums[column..].as_mut_ptr(),
            sums_row,
            size: [h, w],
        };
        if nv == 2 {
            simd.vectorize(Wide::<2>(block));
        } else {
            simd.vectorize(Wide::<1>(block));
        }
        column += nv * S::F32_LANES;
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
    sums: *mut f32,
    sums_row: usize,
    size: [usize; 2],
}

struct Wide<const NV: usize>(Block);

impl<const NV: usize> WithSimd for Wide<NV> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Block { a, a_line, a_step, taps, mut g, g_step, sums: out, sums_row, size: [h, w] } = self.0;
        let lanes = S::F32_LANES;
        let mut sums = [[simd.splat_f32s(0.0); NV]; SUMS];
        // SAFETY: `add` has seen that every pixel of `size` with its taps is on the canvas, has its vectors in `g`, and that
        // all sums are in `sums`, which it holds alone.
        unsafe {
            for (row, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = load::<S>(out.add(row * sums_row + v * lanes));
                }
            }
            for y in 0..h {
                let start = a.add(y * a_line);
                let mut rows = taps.map(|tap| start.add(tap));
                for _ in 0..w {
                    let mut columns = [simd.splat_f32s(0.0); NV];
                    for v in 0..NV {
                        columns[v] = load::<S>(g.add(v * lanes));
                    }
                    for r in 0..3 {
                        for s in 0..3 {
                            let value = simd.splat_f32s(*rows[r].add(s));
                            for v in 0..NV {
                                sums[3 * r + s][v] =
                                    simd.mul_add_e_f32s(value, columns[v], sums[3 * r + s][v]);
                            }
                        }
                    }
                    for v in 0..NV {
                        sums[9][v] = simd.add_f32s(sums[9][v], columns[v]);
                    }
                    // The last steps lead behind the ends, from where nothing is read.
                    rows = rows.map(|row| row.wrapping_add(a_step));
                    g = g.wrapping_add(g_step);
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
