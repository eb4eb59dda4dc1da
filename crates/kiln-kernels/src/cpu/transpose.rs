//! A 16×16 block transposed in registers.

/// Side of a block: one cache line of floats.
pub(crate) const BLOCK: usize = 16;

/// `y[j · y_step + i] = x[i · x_step + j]` for a whole block.
#[inline(always)]
pub(crate) fn block(x: &[f32], x_step: usize, y: &mut [f32], y_step: usize) {
    assert!(x.len() >= (BLOCK - 1) * x_step + BLOCK && y.len() >= (BLOCK - 1) * y_step + BLOCK);
    // Moves no arithmetic: the bits are the same whichever instructions do it.
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the instructions are there; the assertion above covers every line of the block.
        return unsafe { avx512(x.as_ptr(), x_step, y.as_mut_ptr(), y_step) };
    }
    for j in 0..BLOCK {
        for i in 0..BLOCK {
            y[j * y_step + i] = x[i * x_step + j];
        }
    }
}

/// # Safety
/// `x` must be readable and `y` writable in 16 lines of 16 floats, `x_step` and `y_step` apart.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(x: *const f32, x_step: usize, y: *mut f32, y_step: usize) {
    use std::arch::x86_64::*;
    let mut a = [_mm512_setzero_ps(); BLOCK];
    let mut b = a;
    for i in 0..BLOCK {
        // SAFETY: the caller's promise.
        a[i] = unsafe { _mm512_loadu_ps(x.add(i * x_step)) };
    }
    // Pairs of floats, pairs of pairs, then quarters of registers twice.
    for i in 0..8 {
        b[2 * i] = _mm512_unpacklo_ps(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm512_unpackhi_ps(a[2 * i], a[2 * i + 1]);
    }
    for i in 0..4 {
        let [p, q, r, s] = [0, 1, 2, 3].map(|k| _mm512_castps_pd(b[4 * i + k]));
        a[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(p, r));
        a[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(p, r));
        a[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(q, s));
        a[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(q, s));
    }
    for i in 0..4 {
        b[i] = _mm512_shuffle_f32x4::<0x88>(a[i], a[i + 4]);
        b[i + 4] = _mm512_shuffle_f32x4::<0xdd>(a[i], a[i + 4]);
        b[i + 8] = _mm512_shuffle_f32x4::<0x88>(a[i + 8], a[i + 12]);
        b[i + 12] = _mm512_shuffle_f32x4::<0xdd>(a[i + 8], a[i + 12]);
    }
    for i in 0..4 {
        a[i] = _mm512_shuffle_f32x4::<0x88>(b[i], b[i + 8]);
        a[i + 8] = _mm512_shuffle_f32x4::<0xdd>(b[i], b[i + 8]);
        a[i + 4] = _mm512_shuffle_f32x4::<0x88>(b[i + 4], b[i + 12]);
        a[i + 12] = _mm512_shuffle_f32x4::<0xdd>(b[i + 4], b[i + 12]);
    }
    for i in 0..BLOCK {
        // SAFETY: the caller's promise.
        unsafe { _mm512_storeu_ps(y.add(i * y_step), a[i]) };
    }
}
