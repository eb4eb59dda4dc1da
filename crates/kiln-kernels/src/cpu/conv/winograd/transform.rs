//! The two-dimensional transforms of one tile, a vector of channels at a time.
//!
//! Loops and not `array::from_fn`: what its closure calls is compiled without the vector instructions.

use pulp::Simd;

use super::algorithm::Algorithm;
use crate::cpu::tile::{load, relu, store};

/// `Bᵀ d B` of the `I`×`I` pixels at `x` (`[I of line][I of step]`, `step` channels), to
/// `out[frequency · distance + channel]`.
#[inline(always)]
pub(in super::super) fn input_tile<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
    simd: S,
    x: &[f32],
    line: usize,
    step: usize,
    out: &mut [f32],
    distance: usize,
) {
    let lanes = S::F32_LANES;
    assert!(step.is_multiple_of(lanes));
    assert!(x.len() >= (I - 1) * line + I * step && out.len() >= (I * I - 1) * distance + step);
    let zero = simd.splat_f32s(0.0);
    for c in (0..step).step_by(lanes) {
        let mut columns = [[zero; I]; I];
        for (j, column) in columns.iter_mut().enumerate() {
            let mut d = [zero; I];
            for (i, d) in d.iter_mut().enumerate() {
                // SAFETY: the assertions above: lines and pixels below `I`, a whole vector at `c`.
                *d = unsafe { load::<S>(x.as_ptr().add(i * line + j * step + c)) };
            }
            *column = A::input(simd, d);
        }
        for i in 0..I {
            let row = A::input(simd, across(simd, &columns, i));
            for (j, value) in row.into_iter().enumerate() {
                // SAFETY: the assertion above: frequencies below `I · I`, a whole vector at `c`.
                unsafe { store::<S>(out.as_mut_ptr().add((I * i + j) * distance + c), value) };
            }
        }
    }
}

/// `Aᵀ m A` of `m[frequency · distance + channel]`, `bias.len()` channels, plus bias: up to `O`×`O` pixels at `out`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(super) fn output_tile<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
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
    assert!(width.is_multiple_of(lanes) && rows <= O && cols <= O);
    assert!(m.len() >= (I * I - 1) * distance + width);
    assert!(out.len() >= (rows - 1) * line + (cols - 1) * step + width);
    let zero = simd.splat_f32s(0.0);
    for k in (0..width).step_by(lanes) {
        let mut columns = [[zero; O]; I];
        for (j, column) in columns.iter_mut().enumerate() {
            let mut d = [zero; I];
            for (i, d) in d.iter_mut().enumerate() {
                // SAFETY: the assertion above: frequencies below `I · I`, a whole vector at `k`.
                *d = unsafe { load::<S>(m.as_ptr().add((I * i + j) * distance + k)) };
            }
            *column = A::output(simd, d);
        }
        // SAFETY: `bias` has `width` elements.
        let bias = unsafe { load::<S>(bias.as_ptr().add(k)) };
        for i in 0..rows {
            let row = A::output(simd, across(simd, &columns, i));
            for (j, value) in row.into_iter().enumerate() {
                if j < cols {
                    let value = simd.add_f32s(value, bias);
                    let value = if with_relu { relu(simd, value) } else { value };
                    // SAFETY: the assertion above: `rows` lines, `cols` pixels, a whole vector at `k`.
                    unsafe { store::<S>(out.as_mut_ptr().add(i * line + j * step + k), value) };
                }
            }
        }
    }
}

/// `A g Aᵀ` of the `O`×`O` gradients at `g`, `step` channels, to `out[frequency · distance + channel]`.
#[inline(always)]
pub(in super::super) fn gradient_tile<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
    simd: S,
    g: &[f32],
    line: usize,
    step: usize,
    out: &mut [f32],
    distance: usize,
) {
    let lanes = S::F32_LANES;
    assert!(step.is_multiple_of(lanes));
    assert!(g.len() >= (O - 1) * line + O * step && out.len() >= (I * I - 1) * distance + step);
    let zero = simd.splat_f32s(0.0);
    for k in (0..step).step_by(lanes) {
        let mut columns = [[zero; I]; O];
        for (j, column) in columns.iter_mut().enumerate() {
            let mut d = [zero; O];
            for (i, d) in d.iter_mut().enumerate() {
                // SAFETY: the assertions above: lines and pixels below `O`, a whole vector at `k`.
                *d = unsafe { load::<S>(g.as_ptr().add(i * line + j * step + k)) };
            }
            *column = A::gradient(simd, d);
        }
        for i in 0..I {
            let row = A::gradient(simd, across(simd, &columns, i));
            for (j, value) in row.into_iter().enumerate() {
                // SAFETY: the assertion above: frequencies below `I · I`, a whole vector at `k`.
                unsafe { store::<S>(out.as_mut_ptr().add((I * i + j) * distance + k), value) };
            }
        }
    }
}

/// `Gᵀ z G`: the gradient of a kernel's nine taps from its frequencies.
#[inline(always)]
pub(in super::super) fn kernel_gradient<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
    simd: S,
    z: &[[S::f32s; I]; I],
) -> [[S::f32s; 3]; 3] {
    let mut columns = [[simd.splat_f32s(0.0); 3]; I];
    for (j, column) in columns.iter_mut().enumerate() {
        *column = A::kernel_gradient(simd, across(simd, z, j));
    }
    let mut out = [[simd.splat_f32s(0.0); 3]; 3];
    for (i, row) in out.iter_mut().enumerate() {
        *row = A::kernel_gradient(simd, across(simd, &columns, i));
    }
    out
}

/// `G g Gᵀ` of a kernel's nine taps.
#[inline(always)]
pub(super) fn kernel<S: Simd, A: Algorithm<O, I>, const O: usize, const I: usize>(
    simd: S,
    g: &[[S::f32s; 3]; 3],
) -> [[S::f32s; I]; I] {
    let mut columns = [[simd.splat_f32s(0.0); I]; 3];
    for (j, column) in columns.iter_mut().enumerate() {
        *column = A::kernel(simd, across(simd, g, j));
    }
    let mut out = [[simd.splat_f32s(0.0); I]; I];
    for (i, row) in out.iter_mut().enumerate() {
        *row = A::kernel(simd, across(simd, &columns, i));
    }
    out
}

/// Element `i` of each of `vectors`.
#[inline(always)]
fn across<S: Simd, const LEN: usize, const N: usize>(
    simd: S,
    vectors: &[[S::f32s; LEN]; N],
    i: usize,
) -> [S::f32s; N] {
    let mut out = [simd.splat_f32s(0.0); N];
    for (out, vector) in out.iter_mut().zip(vectors) {
        *out = vector[i];
    }
    out
}
