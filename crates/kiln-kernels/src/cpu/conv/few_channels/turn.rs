//! What the block makes of an image, once for all channels: Winograd's F(2, 3) along lines.

#[cfg(target_arch = "x86_64")]
use std::any::TypeId;

use pulp::Simd;

use super::ConvShape;

/// Numbers made of a window of four pixels.
pub(super) const PRODUCTS: usize = 4;

/// Windows that are turned at once.
const CHUNK: usize = 4;

/// Numbers of a chunk: one vector, or several.
const NUMBERS: usize = PRODUCTS * CHUNK;

/// Length of a turned line of `w` windows.
pub(super) fn turned_line(w: usize) -> usize {
    PRODUCTS * w.next_multiple_of(CHUNK)
}

/// `d₀ − d₂, d₁ + d₂, d₂ − d₁, d₁ − d₃` of every window of four neighbours `d` in a line, two apart: lines of `w` windows one
/// below the other. `x`: an image of `shape`, one channel, around which are zeros.
#[inline(always)]
pub(super) fn turn<S: Simd>(x: &[f32], shape: &ConvShape, w: usize, out: &mut [f32]) {
    let (height, width) = (shape.h as isize, shape.w as isize);
    let [above, left] = shape.padding.map(|padding| padding as isize);
    let line = turned_line(w);
    // Column by column of chunks: which pixels a vector has of the image is the same in each line.
    for chunk in 0..line / NUMBERS {
        let first = (2 * CHUNK * chunk) as isize - left;
        let pixels = (-first).clamp(0, NUMBERS as isize)..(width - first).clamp(0, NUMBERS as isize);
        let pixels = pixels.start as usize..pixels.end as usize;
        for (y, out) in out.chunks_exact_mut(line).enumerate() {
            let out = out[NUMBERS * chunk..].first_chunk_mut::<NUMBERS>().expect("a whole chunk");
            let y = y as isize - above;
            if (0..height).contains(&y) && !pixels.is_empty() {
                turn_chunk::<S>(x, y * width + first, pixels.clone(), out);
            } else {
                out.fill(0.0);
            }
        }
    }
}

/// One chunk: `pixels` of sixteen from `from` on are of `x`, the others are zero.
#[inline(always)]
fn turn_chunk<S: Simd>(x: &[f32], from: isize, pixels: std::ops::Range<usize>, out: &mut [f32; NUMBERS]) {
    let there = &x[from.wrapping_add_unsigned(pixels.start) as usize..][..pixels.len()];
    #[cfg(target_arch = "x86_64")]
    if TypeId::of::<S>() == TypeId::of::<pulp::x86::V4>() {
        use std::arch::x86_64::{
            _mm512_fmadd_ps, _mm512_maskz_loadu_ps, _mm512_permutexvar_ps, _mm512_setr_epi32, _mm512_setr_ps,
            _mm512_storeu_ps,
        };
        // SAFETY: `V4` is there only where the processor has AVX-512. Only the pixels of `there` are read; `out` is one vector.
        unsafe {
            let mask = ((1u32 << pixels.end) - (1 << pixels.start)) as u16;
            let d = _mm512_maskz_loadu_ps(mask, there.as_ptr().wrapping_sub(pixels.start));
            let first = _mm512_setr_epi32(0, 1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6, 7, 8, 7);
            let second = _mm512_setr_epi32(2, 2, 1, 3, 4, 4, 3, 5, 6, 6, 5, 7, 8, 8, 7, 9);
            let sign =
                _mm512_setr_ps(-1., 1., -1., -1., -1., 1., -1., -1., -1., 1., -1., -1., -1., 1., -1., -1.);
            let (first, second) = (_mm512_permutexvar_ps(first, d), _mm512_permutexvar_ps(second, d));
            _mm512_storeu_ps(out.as_mut_ptr(), _mm512_fmadd_ps(sign, second, first));
        }
        return;
    }
    let mut d = [0.0; NUMBERS];
    d[pixels].copy_from_slice(there);
    for (i, out) in out.as_chunks_mut::<PRODUCTS>().0.iter_mut().enumerate() {
        let [d0, d1, d2, d3] = [d[2 * i], d[2 * i + 1], d[2 * i + 2], d[2 * i + 3]];
        *out = [d0 - d2, d1 + d2, d2 - d1, d1 - d3];
    }
}
