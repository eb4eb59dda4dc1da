//! Which pixel of a pooling's window won, of a vector of channels, in a byte a channel.
//!
//! In general that byte is a number: the window's pixels numbered column by column, or [`DEAD`]. With AVX-512 the block over
//! one channel keeps four comparisons instead, a bit a channel each: what makes numbers of them takes a tenth of its time.

#[cfg(target_arch = "x86_64")]
use std::any::TypeId;
use std::mem::transmute_copy;

use pulp::Simd;

use super::ConvShape;
#[cfg(target_arch = "x86_64")]
use super::fits_block;
use crate::cpu::arch::Arch;
use crate::cpu::conv::source::DEAD;

/// Channels whose comparisons are kept together.
const LANES: usize = 16;

/// Whether `S` keeps comparisons: masks are sixteen bits.
#[inline(always)]
fn keeps_bits<S: Simd>() -> bool {
    #[cfg(target_arch = "x86_64")]
    return TypeId::of::<S>() == TypeId::of::<pulp::x86::V4>();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Whether the index of `shape` holds comparisons.
fn packed(arch: Arch, shape: &ConvShape) -> bool {
    #[cfg(target_arch = "x86_64")]
    return matches!(arch, Arch::V4(_)) && fits_block(arch, shape);
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (arch, shape);
        false
    }
}

/// Makes an index of numbers, as the general kernels give it, what the block's own give for `shape`.
pub(in super::super) fn pack(arch: Arch, shape: &ConvShape, index: &mut [u8]) {
    if !packed(arch, shape) {
        return;
    }
    for group in index.as_chunks_mut::<LANES>().0 {
        let mut bits = [0u16; 4];
        for (lane, &number) in group.iter().enumerate() {
            // Column by column: right is 2 and 3, lower is 1 and 3.
            let (right, lower) = (number & 2 != 0, number & 1 != 0);
            for (bits, bit) in bits.iter_mut().zip([right, right, lower, number != DEAD]) {
                *bits |= u16::from(bit) << lane;
            }
        }
        *group = [0; LANES];
        for (to, bits) in group.as_chunks_mut::<2>().0.iter_mut().zip(bits) {
            *to = bits.to_ne_bytes();
        }
    }
}

/// The numbers of an index of `shape`, if they are packed.
pub(in super::super) fn unpack(arch: Arch, shape: &ConvShape, index: &[u8]) -> Option<Vec<u8>> {
    packed(arch, shape).then(|| {
        let mut numbers = index.to_vec();
        for group in numbers.as_chunks_mut::<LANES>().0 {
            let [top, bottom, lower, alive] =
                [0, 2, 4, 6].map(|at| u16::from_ne_bytes([group[at], group[at + 1]]));
            for (lane, number) in group.iter_mut().enumerate() {
                let bit = |bits: u16| (bits >> lane & 1) as u8;
                let right = bit(if bit(lower) == 1 { bottom } else { top });
                *number = if bit(alive) == 1 { 2 * right + bit(lower) } else { DEAD };
            }
        }
        numbers
    })
}

/// The largest of a window after relu; which it is, the first of equals line by line, goes to `index`. No NaN is among them.
///
/// # Safety
/// A byte for every lane must be writable at `index`.
#[inline(always)]
pub(super) unsafe fn put<S: Simd>(
    simd: S,
    [a, b]: [S::f32s; 2],
    [c, d]: [S::f32s; 2],
    index: *mut u8,
) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    let (right_top, right_bottom) = (simd.less_than_f32s(a, b), simd.less_than_f32s(c, d));
    let (top, bottom) = (simd.max_f32s(a, b), simd.max_f32s(c, d));
    let (lower, max) = (simd.less_than_f32s(top, bottom), simd.max_f32s(top, bottom));
    let alive = simd.less_than_f32s(zero, max);
    // SAFETY: the caller's promise; where bits are kept, a mask is sixteen of them.
    unsafe {
        if keeps_bits::<S>() {
            for (i, mask) in [right_top, right_bottom, lower, alive].iter().enumerate() {
                index.cast::<u16>().add(i).write_unaligned(transmute_copy(mask));
            }
        } else {
            let number = |number| simd.splat_u32s(number);
            let of_top = simd.select_u32s(right_top, number(2), number(0));
            let of_bottom = simd.select_u32s(right_bottom, number(3), number(1));
            let which = simd.select_u32s(lower, of_bottom, of_top);
            let which = simd.select_u32s(alive, which, number(u32::from(DEAD)));
            let which = (&raw const which).cast::<u32>();
            for lane in 0..S::F32_LANES {
                index.add(lane).write(which.add(lane).read() as u8);
            }
        }
    }
    simd.max_f32s(max, zero)
}

/// Which pixel won, numbered column by column, and where the gradient passes: what [`put`] has written.
///
/// # Safety
/// A byte for every lane must be readable at `index`.
#[inline(always)]
pub(super) unsafe fn get<S: Simd>(simd: S, index: *const u8) -> (S::u32s, S::m32s) {
    let number = |number| simd.splat_u32s(number);
    // SAFETY: as in `put`.
    unsafe {
        if keeps_bits::<S>() {
            let mask = |i| transmute_copy::<u16, S::m32s>(&index.cast::<u16>().add(i).read_unaligned());
            let of_top = simd.select_u32s(mask(0), number(2), number(0));
            let of_bottom = simd.select_u32s(mask(1), number(3), number(1));
            (simd.select_u32s(mask(2), of_bottom, of_top), mask(3))
        } else {
            let mut which = number(0);
            let to = (&raw mut which).cast::<u32>();
            for lane in 0..S::F32_LANES {
                to.add(lane).write(u32::from(index.add(lane).read()));
            }
            (which, simd.less_than_u32s(which, number(u32::from(DEAD))))
        }
    }
}
