//! Dropout, with the random bits of the host: SplitMix64 in counter form, in two halves, because WebGPU has no whole numbers of 64 bits.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, units};
use crate::cpu::Mask;

pub(super) fn dropout(x: CubeTensor, mask: Mask) -> CubeTensor {
    let x = into_contiguous(x);
    let count = elements(&x);
    let y = CubeTensor::new_contiguous(
        x.client.clone(),
        x.device.clone(),
        x.shape(),
        x.client.empty(count * x.dtype.size()),
        x.dtype,
    );
    if count == 0 {
        return y;
    }
    let (cubes, dim) = units(&y, count);
    let (low, high) = halves(mask);
    masked::launch(
        &y.client,
        cubes,
        dim,
        x.into_buffer_arg(),
        y.clone().into_buffer_arg(),
        low,
        high,
        mask.threshold(),
        mask.scale(),
    );
    y
}

/// The lower and the upper half of the seed.
pub(super) fn halves(mask: Mask) -> (u32, u32) {
    let seed = mask.seed().value();
    (seed as u32, (seed >> 32) as u32)
}

#[cube(launch)]
fn masked(x: &[f32], y: &mut [f32], seed_low: u32, seed_high: u32, threshold: u32, scale: f32) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        y[i] = x[i] * factor(u32::cast_from(i), seed_low, seed_high, threshold, scale);
    }
}

/// What the mask multiplies element `index` by.
#[cube]
pub(super) fn factor(index: u32, seed_low: u32, seed_high: u32, threshold: u32, scale: f32) -> f32 {
    // mix(seed + (index / 2 + 1) · γ)
    let (low, high) = times(index / 2u32 + 1u32, 0u32, 0x7f4a_7c15u32, 0x9e37_79b9u32);
    let sum = low + seed_low;
    let carry = select(sum < low, 1u32, 0u32);
    let (low, high) = folded(sum, high + seed_high + carry, 30u32);
    let (low, high) = times(low, high, 0x1ce4_e5b9u32, 0xbf58_476du32);
    let (low, high) = folded(low, high, 27u32);
    let (low, high) = times(low, high, 0x1331_11ebu32, 0x94d0_49bbu32);
    let (low, high) = folded(low, high, 31u32);
    let bits = select(index % 2u32 == 0u32, low, high);
    select(bits < threshold, 0.0f32, scale)
}

/// `z ^ (z >> by)`, `by` from 1 to 31.
#[cube]
fn folded(low: u32, high: u32, by: u32) -> (u32, u32) {
    (low ^ ((low >> by) | (high << (32u32 - by))), high ^ (high >> by))
}

/// The product modulo 2⁶⁴.
#[cube]
fn times(a_low: u32, a_high: u32, b_low: u32, b_high: u32) -> (u32, u32) {
    (a_low * b_low, upper(a_low, b_low) + a_low * b_high + a_high * b_low)
}

/// The upper half of the product, by halves of 16 bits.
#[cube]
fn upper(a: u32, b: u32) -> u32 {
    let (a0, a1) = (a & 0xffffu32, a >> 16u32);
    let (b0, b1) = (b & 0xffffu32, b >> 16u32);
    let middle = a1 * b0 + ((a0 * b0) >> 16u32);
    let other = a0 * b1 + (middle & 0xffffu32);
    a1 * b1 + (middle >> 16u32) + (other >> 16u32)
}
