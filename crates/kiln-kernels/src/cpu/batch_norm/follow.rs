//! What follows a batch norm, as part of the same passes over memory.

use pulp::Simd;

use crate::cpu::curve::{hard_swish, hard_swish_slope};

/// A function of each result, and its gradient.
pub(super) trait Follow: Sync {
    fn value(value: f32) -> f32;

    /// The gradient for the function's argument, `value`.
    fn through(g: f32, value: f32) -> f32;

    /// As [`Follow::through`], of a vector, rounded alike.
    fn through_all<S: Simd>(simd: S, g: S::f32s, value: S::f32s) -> S::f32s;
}

pub(super) struct Nothing;

impl Follow for Nothing {
    #[inline(always)]
    fn value(value: f32) -> f32 {
        value
    }

    #[inline(always)]
    fn through(g: f32, _: f32) -> f32 {
        g
    }

    #[inline(always)]
    fn through_all<S: Simd>(_: S, g: S::f32s, _: S::f32s) -> S::f32s {
        g
    }
}

pub(super) struct Relu;

impl Follow for Relu {
    #[inline(always)]
    fn value(value: f32) -> f32 {
        if value < 0.0 { 0.0 } else { value }
    }

    #[inline(always)]
    fn through(g: f32, value: f32) -> f32 {
        if value <= 0.0 { 0.0 } else { g }
    }

    #[inline(always)]
    fn through_all<S: Simd>(simd: S, g: S::f32s, value: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        simd.select_f32s(simd.less_than_or_equal_f32s(value, zero), zero, g)
    }
}

pub(super) struct HardSwish;

impl Follow for HardSwish {
    #[inline(always)]
    fn value(value: f32) -> f32 {
        hard_swish(value)
    }

    #[inline(always)]
    fn through(g: f32, value: f32) -> f32 {
        g * hard_swish_slope(value)
    }

    #[inline(always)]
    fn through_all<S: Simd>(simd: S, g: S::f32s, value: S::f32s) -> S::f32s {
        let [zero, half, one] = [0.0, 0.5, 1.0].map(|x| simd.splat_f32s(x));
        let rising = simd.add_f32s(simd.mul_f32s(value, simd.splat_f32s(1.0 / 3.0)), half);
        let above = simd.greater_than_or_equal_f32s(value, simd.splat_f32s(3.0));
        let below = simd.less_than_or_equal_f32s(value, simd.splat_f32s(-3.0));
        // NaN is neither, and `rising` then.
        let slope = simd.select_f32s(above, one, rising);
        simd.mul_f32s(g, simd.select_f32s(below, zero, slope))
    }
}
