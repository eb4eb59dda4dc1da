//! The transforms of one tile, a vector of channels at a time.

use pulp::Simd;

use crate::cpu::tile::{load, relu, store};

/// A 4×4 block of vectors.
type Block<S> = [[<S as Simd>::f32s; 4]; 4];

/// `Bᵀ d B` of the 4×4 pixels at `x` (`[4 of line][4 of step]`, `step` channels), to `out[frequency · distance + channel]`.
#[inline(always)]
pub(in super::super) fn input_tile<S: Simd>(
    simd: S,
    x: &[f32],
    line: usize,
    step: usize,
    out: &mut [f32],
    distance: usize,
) {
    let lanes = S::F32_LANES;
    assert!(step.is_multiple_of(lanes));
    assert!(x.len() >= 3 * line + 4 * step && out.len() >= 15 * distance + step);
    let (sub, add) = (|a, b| simd.sub_f32s(a, b), |a, b| simd.add_f32s(a, b));
    for c in (0..step).step_by(lanes) {
        let mut rows: Block<S> = [[simd.splat_f32s(0.0); 4]; 4];
        for j in 0..4 {
            // SAFETY: the assertions above: lines 0 to 3, pixels 0 to 3, a whole vector at `c`.
            let [d0, d1, d2, d3] = unsafe {
                let x = x.as_ptr().add(j * step + c);
                [load::<S>(x), load::<S>(x.add(line)), load::<S>(x.add(2 * line)), load::<S>(x.add(3 * line))]
            };
            rows[0][j] = sub(d0, d2);
            rows[1][j] = add(d1, d2);
            rows[2][j] = sub(d2, d1);
            rows[3][j] = sub(d1, d3);
        }
        for (i, [r0, r1, r2, r3]) in rows.into_iter().enumerate() {
            // SAFETY: the assertion above: frequencies up to 15, a whole vector at `c`.
            unsafe {
                let out = out.as_mut_ptr().add(4 * i * distance + c);
                store::<S>(out, sub(r0, r2));
                store::<S>(out.add(distance), add(r1, r2));
                store::<S>(out.add(2 * distance), sub(r2, r1));
                store::<S>(out.add(3 * distance), sub(r1, r3));
            }
        }
    }
}

/// `Aᵀ m A` of `m[frequency · distance + channel]`, `bias.len()` channels, plus bias: up to 2×2 pixels at `out`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(super) fn output_tile<S: Simd>(
    simd: S,
    m: &[f32],
    distance: usize,
    bias: &[f32],
    with_relu: bool,
    out: &mut [f32],
    line: usize,
    step: usize,
    [rows, cols]: [usize; 2],
) {
    let lanes = S::F32_LANES;
    let width = bias.len();
    assert!(width.is_multiple_of(lanes) && rows <= 2 && cols <= 2);
    assert!(m.len() >= 15 * distance + width && out.len() >= (rows - 1) * line + (cols - 1) * step + width);
    let (sub, add) = (|a, b| simd.sub_f32s(a, b), |a, b| simd.add_f32s(a, b));
    for k in (0..width).step_by(lanes) {
        let mut sums = [[simd.splat_f32s(0.0); 4]; 2];
        for j in 0..4 {
            // SAFETY: the assertion above: frequencies up to 15, a whole vector at `k`.
            let [m0, m1, m2, m3] = unsafe {
                let m = m.as_ptr().add(j * distance + k);
                let next = 4 * distance;
                [load::<S>(m), load::<S>(m.add(next)), load::<S>(m.add(2 * next)), load::<S>(m.add(3 * next))]
            };
            sums[0][j] = add(m0, add(m1, m2));
            sums[1][j] = sub(sub(m1, m2), m3);
        }
        // SAFETY: `bias` has `width` elements.
        let bias = unsafe { load::<S>(bias.as_ptr().add(k)) };
        for (i, [s0, s1, s2, s3]) in sums.into_iter().enumerate().take(rows) {
            let mut pair = [add(add(add(s0, s1), s2), bias), add(sub(sub(s1, s2), s3), bias)];
            if with_relu {
                pair = [relu(simd, pair[0]), relu(simd, pair[1])];
            }
            // SAFETY: the assertion above: `rows` lines, `cols` pixels, a whole vector at `k`.
            unsafe {
                let out = out.as_mut_ptr().add(i * line + k);
                store::<S>(out, pair[0]);
                if cols > 1 {
                    store::<S>(out.add(step), pair[1]);
                }
            }
        }
    }
}

/// `A g Aᵀ` of the 2×2 gradients at `g`, `step` channels, to `out[frequency · distance + channel]`.
#[inline(always)]
pub(in super::super) fn gradient_tile<S: Simd>(
    simd: S,
    g: &[f32],
    line: usize,
    step: usize,
    out: &mut [f32],
    distance: usize,
) {
    let lanes = S::F32_LANES;
    assert!(step.is_multiple_of(lanes));
    assert!(g.len() >= line + 2 * step && out.len() >= 15 * distance + step);
    let (sub, add) = (|a, b| simd.sub_f32s(a, b), |a, b| simd.add_f32s(a, b));
    let zero = simd.splat_f32s(0.0);
    for k in (0..step).step_by(lanes) {
        // SAFETY: the assertion above.
        let [a, b, c, d] = unsafe {
            let g = g.as_ptr().add(k);
            [load::<S>(g), load::<S>(g.add(step)), load::<S>(g.add(line)), load::<S>(g.add(line + step))]
        };
        let rows = [[a, b], [add(a, c), add(b, d)], [sub(a, c), sub(b, d)], [sub(zero, c), sub(zero, d)]];
        for (i, [p, q]) in rows.into_iter().enumerate() {
            // SAFETY: the assertion above.
            unsafe {
                let out = out.as_mut_ptr().add(4 * i * distance + k);
                store::<S>(out, p);
                store::<S>(out.add(distance), add(p, q));
                store::<S>(out.add(2 * distance), sub(p, q));
                store::<S>(out.add(3 * distance), sub(zero, q));
            }
        }
    }
}

/// `Gᵀ z G`: the 3×3 gradient of a kernel from its 16 frequencies.
#[inline(always)]
pub(in super::super) fn kernel_gradient<S: Simd>(simd: S, z: &[S::f32s; 16]) -> [S::f32s; 9] {
    let half = simd.splat_f32s(0.5);
    let three = |z0, z1, z2, z3| {
        let sum = simd.mul_f32s(half, simd.add_f32s(z1, z2));
        let difference = simd.mul_f32s(half, simd.sub_f32s(z1, z2));
        [simd.add_f32s(z0, sum), difference, simd.add_f32s(sum, z3)]
    };
    let mut columns = [[z[0]; 4]; 3];
    for j in 0..4 {
        let [c0, c1, c2] = three(z[j], z[4 + j], z[8 + j], z[12 + j]);
        (columns[0][j], columns[1][j], columns[2][j]) = (c0, c1, c2);
    }
    let mut out = [z[0]; 9];
    for (i, [r0, r1, r2, r3]) in columns.into_iter().enumerate() {
        let [o0, o1, o2] = three(r0, r1, r2, r3);
        (out[3 * i], out[3 * i + 1], out[3 * i + 2]) = (o0, o1, o2);
    }
    out
}

/// `G g Gᵀ` of a 3×3 kernel.
#[inline(always)]
pub(super) fn kernel<S: Simd>(simd: S, g: &[S::f32s; 9]) -> [S::f32s; 16] {
    let half = simd.splat_f32s(0.5);
    let four = |g0, g1, g2| {
        let even = simd.mul_f32s(half, simd.add_f32s(g0, g2));
        let odd = simd.mul_f32s(half, g1);
        [g0, simd.add_f32s(even, odd), simd.sub_f32s(even, odd), g2]
    };
    let mut rows = [[g[0]; 3]; 4];
    for j in 0..3 {
        let [r0, r1, r2, r3] = four(g[j], g[3 + j], g[6 + j]);
        (rows[0][j], rows[1][j], rows[2][j], rows[3][j]) = (r0, r1, r2, r3);
    }
    let mut out = [g[0]; 16];
    for (i, [r0, r1, r2]) in rows.into_iter().enumerate() {
        out[4 * i..4 * i + 4].copy_from_slice(&four(r0, r1, r2));
    }
    out
}
