//! Activations of one number each, and their gradients, in one pass over memory.

mod exp;

use pulp::{Simd, WithSimd};

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use exp::erfc;
pub(super) use exp::exp;

/// Elements of a task.
const CHUNK: usize = cut(16 * 1024, 64);

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `min(max(x + 3, 0), 6) / 6` (Howard et al., Searching for MobileNetV3, 2019). Its slope at ±3 is 0.
    HardSigmoid,
    /// `x · sigmoid(x)` (Elfwing, Uchibe and Doya, 2018), also called swish.
    Silu,
    /// `λ x` where positive, else `λ α (eˣ − 1)`, with λ = 1.0507 and α = 1.6733 (Klambauer et al., Self-normalizing neural networks, 2017). Its
    /// slope at 0 is λα.
    Selu,
    /// `x · tanh(ln(1 + eˣ))` (Misra, 2019).
    Mish,
    /// `x · hard_sigmoid(x)`. Its slope is 0 at -3 and 1 at 3.
    HardSwish,
    /// `x · Φ(x)` with the distribution function of the normal distribution (Hendrycks and Gimpel, 2016), not an approximation of it.
    Gelu,
}

/// `y = curve(x)`; NaN stays NaN.
///
/// Within 1e-6 of the value, and within 1e-37 where that is smaller; GELU within `1e-6 · (1 + x²/6)` of it.
///
/// # Panics
/// If the lengths differ.
pub fn curve(curve: Curve, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "curve: y");
    run(curve, x, None, y);
}

/// `dx = g · curve′(x)`.
///
/// # Panics
/// If the lengths differ.
pub fn curve_grad(curve: Curve, x: &[f32], g: &[f32], dx: &mut [f32]) {
    assert_eq!(x.len(), g.len(), "curve_grad: g");
    assert_eq!(x.len(), dx.len(), "curve_grad: dx");
    run(curve, x, Some(g), dx);
}

/// `x = curve(x)`, as [`curve`].
pub fn curve_in_place(curve: Curve, x: &mut [f32]) {
    let (len, cost) = (x.len(), 3 * x.len() * MEMORY);
    for_each(arch(), len.div_ceil(CHUNK), cost, &InPlace { curve, len, x: Shared::new(x) });
}

struct InPlace<'a> {
    curve: Curve,
    len: usize,
    x: Shared<'a, f32>,
}

impl Task for InPlace<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        // SAFETY: each task has its own piece.
        values(simd, self.curve, unsafe { self.x.slice(piece(index, CHUNK, self.len)) });
    }
}

/// `x = curve(x)` on this thread, where a kernel has just written `x`. A call, so that no kernel grows by all curves.
#[inline(never)]
pub(super) fn values<S: Simd>(simd: S, curve: Curve, x: &mut [f32]) {
    struct Values<'a>(Curve, &'a mut [f32]);
    impl WithSimd for Values<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            macro_rules! each {
                ($value:ident) => {
                    self.1.iter_mut().for_each(|x| *x = $value(*x))
                };
            }
            match self.0 {
                Curve::Sigmoid => each!(sigmoid),
                Curve::HardSigmoid => each!(hard_sigmoid),
                Curve::Silu => each!(silu),
                Curve::Selu => each!(selu),
                Curve::Mish => each!(mish),
                Curve::HardSwish => each!(hard_swish),
                Curve::Gelu => each!(gelu),
            }
        }
    }
    simd.vectorize(Values(curve, x));
}

fn run(curve: Curve, x: &[f32], g: Option<&[f32]>, out: &mut [f32]) {
    // An exponential takes as long as two passes over memory.
    let cost = 3 * x.len() * MEMORY;
    for_each(arch(), x.len().div_ceil(CHUNK), cost, &Pass { curve, x, g, out: Shared::new(out) });
}

/// Values, or slopes times `g`. A macro and not a function of two closures: what these call would be compiled without vectors.
macro_rules! pass {
    ($len:expr, $slopes:expr, $x:expr, $g:expr, $out:expr, $value:ident, $slope:ident) => {
        if $slopes {
            for i in 0..$len {
                $out[i] = $g[i] * $slope($x[i]);
            }
        } else {
            for i in 0..$len {
                $out[i] = $value($x[i]);
            }
        }
    };
}

struct Pass<'a> {
    curve: Curve,
    x: &'a [f32],
    /// What the slope is multiplied by; without it the value is computed.
    g: Option<&'a [f32]>,
    out: Shared<'a, f32>,
}

impl Task for Pass<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, CHUNK, self.x.len());
        // SAFETY: each task has its own piece.
        let out = unsafe { self.out.slice(range.clone()) };
        let (x, g) = (&self.x[range.clone()], self.g.map(|g| &g[range]));
        let g = g.unwrap_or(x);
        let len = out.len();
        let (x, g, slopes) = (&x[..len], &g[..len], self.g.is_some());
        match self.curve {
            Curve::Sigmoid => pass!(len, slopes, x, g, out, sigmoid, sigmoid_slope),
            Curve::HardSigmoid => pass!(len, slopes, x, g, out, hard_sigmoid, hard_sigmoid_slope),
            Curve::Silu => pass!(len, slopes, x, g, out, silu, silu_slope),
            Curve::Selu => pass!(len, slopes, x, g, out, selu, selu_slope),
            Curve::Mish => pass!(len, slopes, x, g, out, mish, mish_slope),
            Curve::HardSwish => pass!(len, slopes, x, g, out, hard_swish, hard_swish_slope),
            Curve::Gelu => pass!(len, slopes, x, g, out, gelu, gelu_slope),
        }
    }
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn sigmoid_slope(x: f32) -> f32 {
    let y = sigmoid(x);
    y * (1.0 - y)
}

#[inline(always)]
fn hard_sigmoid(x: f32) -> f32 {
    let y = (x + 3.0) * (1.0 / 6.0);
    let y = if y < 0.0 { 0.0 } else { y };
    if y > 1.0 { 1.0 } else { y }
}

#[inline(always)]
fn hard_sigmoid_slope(x: f32) -> f32 {
    let slope = if x > -3.0 { 1.0 / 6.0 } else { 0.0 };
    let slope = if x >= 3.0 { 0.0 } else { slope };
    if x.is_nan() { x } else { slope }
}

#[inline(always)]
fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

#[inline(always)]
fn silu_slope(x: f32) -> f32 {
    let y = sigmoid(x);
    y * (1.0 + x * (1.0 - y))
}

/// λ and λα of SELU.
const SELU: [f32; 2] = [1.050_701, 1.758_099_3];

#[inline(always)]
fn selu(x: f32) -> f32 {
    // eˣ − 1 by its series near 0, where the difference would lose digits.
    let series = 1.0 / 720.0 + x * (1.0 / 5_040.0 + x * (1.0 / 40_320.0));
    let series = 1.0 / 24.0 + x * (1.0 / 120.0 + x * series);
    let series = x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * series)));
    let below = if x > -0.5 { series } else { exp(x) - 1.0 };
    if x > 0.0 { SELU[0] * x } else { SELU[1] * below }
}

#[inline(always)]
fn selu_slope(x: f32) -> f32 {
    if x > 0.0 { SELU[0] } else { SELU[1] * exp(x) }
}

/// `tanh(ln(1 + eˣ))` as `n / d`, with `d − n`, from e⁻|ˣ|, which does not overflow.
#[inline(always)]
fn mish_parts(x: f32, e: f32) -> [f32; 3] {
    let (n, rest) = if x < 0.0 { (e * (e + 2.0), 2.0) } else { (1.0 + 2.0 * e, 2.0 * e * e) };
    [n, n + rest, rest]
}

#[inline(always)]
fn mish(x: f32) -> f32 {
    let [n, d, _] = mish_parts(x, exp(-x.abs()));
    x * (n / d)
}

#[inline(always)]
fn mish_slope(x: f32) -> f32 {
    let e = exp(-x.abs());
    let [n, d, rest] = mish_parts(x, e);
    let sigmoid = if x < 0.0 { e } else { 1.0 } / (1.0 + e);
    n / d + x * sigmoid * (rest * (d + n) / (d * d))
}

#[inline(always)]
pub(in crate::cpu) fn hard_swish(x: f32) -> f32 {
    x * hard_sigmoid(x)
}

#[inline(always)]
pub(in crate::cpu) fn hard_swish_slope(x: f32) -> f32 {
    let slope = if x < 3.0 { x * (1.0 / 3.0) + 0.5 } else { 1.0 };
    let slope = if x <= -3.0 { 0.0 } else { slope };
    if x.is_nan() { x } else { slope }
}

#[inline(always)]
fn gelu(x: f32) -> f32 {
    x * normal(x)
}

#[inline(always)]
fn gelu_slope(x: f32) -> f32 {
    // 1/√(2π), the density at 0.
    normal(x) + x * (0.398_942_3 * exp(-0.5 * x * x))
}

/// `Φ(x)`, the part of a normal distribution below `x`.
#[inline(always)]
fn normal(x: f32) -> f32 {
    // 1/√2
    let half = 0.5 * erfc(x.abs() * 0.707_106_77);
    if x < 0.0 { half } else { 1.0 - half }
}
