//! Activations of one number each, forward and back in one launch each.

use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, like, units};
use crate::cpu::Curve;

/// `curve(x)`.
pub(super) fn curve(x: CubeTensor, curve: Curve) -> CubeTensor {
    let x = into_contiguous(x);
    let (y, count) = (like(&x, x.dtype), elements(&x));
    if count > 0 {
        let (cubes, dim) = units(&y, count);
        let out = y.clone().into_buffer_arg();
        values::launch(&y.client, cubes, dim, x.into_buffer_arg(), out, curve);
    }
    y
}

/// `gradient · curve′(x)`.
pub(super) fn curve_backward(gradient: CubeTensor, x: CubeTensor, curve: Curve) -> CubeTensor {
    let (x, gradient) = (into_contiguous(x), into_contiguous(gradient));
    let (dx, count) = (like(&x, x.dtype), elements(&x));
    if count > 0 {
        let (cubes, dim) = units(&dx, count);
        let (x, gradient, out) = (x.into_buffer_arg(), gradient.into_buffer_arg(), dx.clone());
        slopes::launch(&dx.client, cubes, dim, x, gradient, out.into_buffer_arg(), curve);
    }
    dx
}

#[cube(launch)]
fn values(x: &[f32], y: &mut [f32], #[comptime] curve: Curve) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let value = x[i];
        y[i] = match comptime!(curve) {
            Curve::Sigmoid => sigmoid(value),
            Curve::HardSigmoid => hard_sigmoid(value),
            Curve::Silu => value * sigmoid(value),
            Curve::Selu => {
                let below = 1.758_099_3f32 * (select(value > 0.0f32, 0.0f32, value).exp() - 1.0f32);
                select(value > 0.0f32, 1.050_701f32 * value, below)
            }
            Curve::Mish => value * tanh_softplus(value),
            Curve::HardSwish => value * hard_sigmoid(value),
            Curve::Gelu => value * below(value),
        };
    }
}

#[cube(launch)]
fn slopes(x: &[f32], gradient: &[f32], dx: &mut [f32], #[comptime] curve: Curve) {
    let i = ABSOLUTE_POS;
    if i < dx.len() {
        let value = x[i];
        let slope = match comptime!(curve) {
            Curve::Sigmoid => sigmoid(value) * (1.0f32 - sigmoid(value)),
            Curve::HardSigmoid => select(value > -3.0f32 && value < 3.0f32, 1.0f32 / 6.0f32, 0.0f32),
            Curve::Silu => sigmoid(value) * (1.0f32 + value * (1.0f32 - sigmoid(value))),
            Curve::Selu => {
                let below = 1.758_099_3f32 * select(value > 0.0f32, 0.0f32, value).exp();
                select(value > 0.0f32, 1.050_701f32, below)
            }
            Curve::Mish => {
                let t = tanh_softplus(value);
                t + value * sigmoid(value) * (1.0f32 - t * t)
            }
            Curve::HardSwish => {
                let inner = select(value >= 3.0f32, 1.0f32, value / 3.0f32 + 0.5f32);
                select(value <= -3.0f32, 0.0f32, inner)
            }
            // 1 / √(2π)
            Curve::Gelu => below(value) + value * (-0.5f32 * value * value).exp() * 0.398_942_28f32,
        };
        dx[i] = gradient[i] * slope;
    }
}

#[cube]
fn sigmoid(x: f32) -> f32 {
    1.0f32 / (1.0f32 + (-x).exp())
}

/// `tanh(ln(1 + eˣ))`, from e⁻|ˣ|, which does not overflow.
#[cube]
fn tanh_softplus(x: f32) -> f32 {
    let e = select(x < 0.0f32, x, -x).exp();
    let n = select(x < 0.0f32, e * (e + 2.0f32), 1.0f32 + 2.0f32 * e);
    let rest = select(x < 0.0f32, 2.0f32, 2.0f32 * e * e);
    n / (n + rest)
}

/// NaN stays.
#[cube]
fn hard_sigmoid(x: f32) -> f32 {
    let sum = x + 3.0f32;
    let sum = select(sum < 0.0f32, 0.0f32, sum);
    select(sum > 6.0f32, 6.0f32, sum) / 6.0f32
}

/// The distribution function of the normal distribution.
#[allow(unstable_name_collisions, reason = "the macro knows the trait of CubeCL by this name alone")]
#[cube]
fn below(x: f32) -> f32 {
    (x * 0.707_106_77f32).erf() * 0.5f32 + 0.5f32
}
