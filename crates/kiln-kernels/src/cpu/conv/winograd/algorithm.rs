//! The one-dimensional maps of Winograd's minimal algorithms for a kernel of 3.
//!
//! `y = Aᵀ [(G g) ⊙ (Bᵀ d)]` with `I = O + 2` products for `O` results. Two dimensions apply each map to rows and columns.

use pulp::Simd;

/// F(`O`, 3): `O` results from `I` inputs.
pub(in super::super) trait Algorithm<const O: usize, const I: usize> {
    /// `Bᵀ d`.
    fn input<S: Simd>(simd: S, d: [S::f32s; I]) -> [S::f32s; I];
    /// `Aᵀ m`.
    fn output<S: Simd>(simd: S, m: [S::f32s; I]) -> [S::f32s; O];
    /// `A y`: the transpose of [`Algorithm::output`].
    fn gradient<S: Simd>(simd: S, y: [S::f32s; O]) -> [S::f32s; I];
    /// `G g`.
    fn kernel<S: Simd>(simd: S, g: [S::f32s; 3]) -> [S::f32s; I];
    /// `Gᵀ z`: the transpose of [`Algorithm::kernel`].
    fn kernel_gradient<S: Simd>(simd: S, z: [S::f32s; I]) -> [S::f32s; 3];
}

/// F(2, 3) on the points 0, 1, −1, ∞: additions only.
#[derive(Debug)]
pub(in super::super) struct Two;

impl Algorithm<2, 4> for Two {
    #[inline(always)]
    fn input<S: Simd>(simd: S, [d0, d1, d2, d3]: [S::f32s; 4]) -> [S::f32s; 4] {
        [simd.sub_f32s(d0, d2), simd.add_f32s(d1, d2), simd.sub_f32s(d2, d1), simd.sub_f32s(d1, d3)]
    }

    #[inline(always)]
    fn output<S: Simd>(simd: S, [m0, m1, m2, m3]: [S::f32s; 4]) -> [S::f32s; 2] {
        [simd.add_f32s(m0, simd.add_f32s(m1, m2)), simd.sub_f32s(simd.sub_f32s(m1, m2), m3)]
    }

    #[inline(always)]
    fn gradient<S: Simd>(simd: S, [y0, y1]: [S::f32s; 2]) -> [S::f32s; 4] {
        [y0, simd.add_f32s(y0, y1), simd.sub_f32s(y0, y1), simd.sub_f32s(simd.splat_f32s(0.0), y1)]
    }

    #[inline(always)]
    fn kernel<S: Simd>(simd: S, [g0, g1, g2]: [S::f32s; 3]) -> [S::f32s; 4] {
        let half = simd.splat_f32s(0.5);
        let even = simd.mul_f32s(half, simd.add_f32s(g0, g2));
        let odd = simd.mul_f32s(half, g1);
        [g0, simd.add_f32s(even, odd), simd.sub_f32s(even, odd), g2]
    }

    #[inline(always)]
    fn kernel_gradient<S: Simd>(simd: S, [z0, z1, z2, z3]: [S::f32s; 4]) -> [S::f32s; 3] {
        let half = simd.splat_f32s(0.5);
        let sum = simd.mul_f32s(half, simd.add_f32s(z1, z2));
        let difference = simd.mul_f32s(half, simd.sub_f32s(z1, z2));
        [simd.add_f32s(z0, sum), difference, simd.add_f32s(sum, z3)]
    }
}

/// F(4, 3) on the points 0, ±[`P`], ±[`Q`], ∞.
///
/// The usual points ±1, ±2 lose three times as many digits: powers of these two stay near 1, and all of them that the maps
/// for inputs and outputs need are exact in f32. (On the choice of points: Barabasz et al. 2020, "Error Analysis and Improving the
/// Accuracy of Winograd Convolution for Deep Neural Networks".)
#[derive(Debug)]
pub(in super::super) struct Four;

const P: f32 = 0.625;
const Q: f32 = 1.5;
const P2: f32 = P * P;
const Q2: f32 = Q * Q;
/// One over the product of a point's distances to the other finite ones: for 0, for ±P, for ±Q.
const N0: f32 = 1.0 / (P2 * Q2);
const NP: f32 = 1.0 / (2.0 * P2 * (P2 - Q2));
const NQ: f32 = 1.0 / (2.0 * Q2 * (Q2 - P2));

/// `a · x + b`.
#[inline(always)]
fn fma<S: Simd>(simd: S, a: f32, x: S::f32s, b: S::f32s) -> S::f32s {
    simd.mul_add_e_f32s(simd.splat_f32s(a), x, b)
}

/// `a · x`.
#[inline(always)]
fn scale<S: Simd>(simd: S, a: f32, x: S::f32s) -> S::f32s {
    simd.mul_f32s(simd.splat_f32s(a), x)
}

impl Algorithm<4, 6> for Four {
    #[inline(always)]
    fn input<S: Simd>(simd: S, [d0, d1, d2, d3, d4, d5]: [S::f32s; 6]) -> [S::f32s; 6] {
        // Row ±P of Bᵀ: x (x ± P) (x² − Q²), and likewise ±Q.
        let (even_p, odd_p) = (fma(simd, -Q2, d2, d4), fma(simd, -Q2, d1, d3));
        let (even_q, odd_q) = (fma(simd, -P2, d2, d4), fma(simd, -P2, d1, d3));
        [
            fma(simd, P2 * Q2, d0, fma(simd, -(P2 + Q2), d2, d4)),
            fma(simd, P, odd_p, even_p),
            fma(simd, -P, odd_p, even_p),
            fma(simd, Q, odd_q, even_q),
            fma(simd, -Q, odd_q, even_q),
            fma(simd, P2 * Q2, d1, fma(simd, -(P2 + Q2), d3, d5)),
        ]
    }

    #[inline(always)]
    fn output<S: Simd>(simd: S, [m0, m1, m2, m3, m4, m5]: [S::f32s; 6]) -> [S::f32s; 4] {
        let (sum_p, difference_p) = (simd.add_f32s(m1, m2), simd.sub_f32s(m1, m2));
        let (sum_q, difference_q) = (simd.add_f32s(m3, m4), simd.sub_f32s(m3, m4));
        [
            simd.add_f32s(m0, simd.add_f32s(sum_p, sum_q)),
            fma(simd, P, difference_p, scale(simd, Q, difference_q)),
            fma(simd, P2, sum_p, scale(simd, Q2, sum_q)),
            fma(simd, P2 * P, difference_p, fma(simd, Q2 * Q, difference_q, m5)),
        ]
    }

    #[inline(always)]
    fn gradient<S: Simd>(simd: S, [y0, y1, y2, y3]: [S::f32s; 4]) -> [S::f32s; 6] {
        let (even_p, odd_p) = (fma(simd, P2, y2, y0), fma(simd, P2, y3, y1));
        let (even_q, odd_q) = (fma(simd, Q2, y2, y0), fma(simd, Q2, y3, y1));
        [
            y0,
            fma(simd, P, odd_p, even_p),
            fma(simd, -P, odd_p, even_p),
            fma(simd, Q, odd_q, even_q),
            fma(simd, -Q, odd_q, even_q),
            y3,
        ]
    }

    #[inline(always)]
    fn kernel<S: Simd>(simd: S, [g0, g1, g2]: [S::f32s; 3]) -> [S::f32s; 6] {
        let even_p = scale(simd, NP, fma(simd, P2, g2, g0));
        let even_q = scale(simd, NQ, fma(simd, Q2, g2, g0));
        [
            scale(simd, N0, g0),
            fma(simd, NP * P, g1, even_p),
            fma(simd, -NP * P, g1, even_p),
            fma(simd, NQ * Q, g1, even_q),
            fma(simd, -NQ * Q, g1, even_q),
            g2,
        ]
    }

    #[inline(always)]
    fn kernel_gradient<S: Simd>(simd: S, [z0, z1, z2, z3, z4, z5]: [S::f32s; 6]) -> [S::f32s; 3] {
        let sum_p = scale(simd, NP, simd.add_f32s(z1, z2));
        let sum_q = scale(simd, NQ, simd.add_f32s(z3, z4));
        let (difference_p, difference_q) = (simd.sub_f32s(z1, z2), simd.sub_f32s(z3, z4));
        [
            fma(simd, N0, z0, simd.add_f32s(sum_p, sum_q)),
            fma(simd, NP * P, difference_p, scale(simd, NQ * Q, difference_q)),
            fma(simd, P2, sum_p, fma(simd, Q2, sum_q, z5)),
        ]
    }
}
