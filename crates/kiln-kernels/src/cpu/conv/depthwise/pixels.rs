//! The micro-kernels: a vector of channels of several pixels, or of several taps, held in registers.

use pulp::{Simd, WithSimd};

use crate::cpu::tile::{load, relu, store};

/// Pixels whose sums are held at once, and taps.
const PIXELS: usize = 14;
const TAPS: usize = 13;

/// `count` in parts of at most `most`, as even as possible: how many, and the length of each of the first ones.
#[inline(always)]
fn parts(count: usize, most: usize) -> (usize, usize, usize) {
    let parts = count.div_ceil(most);
    (parts, count / parts.max(1), count % parts.max(1))
}

/// Where a tap reads, in floats from the first pixel on, and where its row of weights or of sums is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tap {
    pub(super) from: isize,
    pub(super) row: usize,
}

/// A line of results: `c[j][v] = start[v] + Σ_taps a[tap.from + j · a_row + v] · w[tap.row + v]`.
pub(super) struct Line<'a> {
    pub(super) a: *const f32,
    pub(super) a_row: usize,
    pub(super) taps: &'a [Tap],
    pub(super) w: *const f32,
    pub(super) start: *const f32,
    pub(super) c: *mut f32,
    pub(super) c_row: usize,
    pub(super) pixels: usize,
    /// Channels to write; whole vectors are computed.
    pub(super) channels: usize,
    pub(super) relu: bool,
}

impl Line<'_> {
    /// Computes the line.
    ///
    /// # Safety
    /// `a`, `w` and `start` must be readable in whole vectors wherever the formula reads, and `c[j · c_row .. + channels]` writable by
    /// this thread alone.
    #[inline(always)]
    pub(super) unsafe fn run<S: Simd>(self, simd: S) {
        simd.vectorize(self);
    }
}

impl WithSimd for Line<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (parts, each, more) = parts(self.pixels, PIXELS);
        let mut first = 0;
        for part in 0..parts {
            let pixels = each + usize::from(part < more);
            for channel in (0..self.channels).step_by(S::F32_LANES) {
                macro_rules! arms {
                    ($($pixels:literal)*) => {
                        match pixels {
                            // SAFETY: promised by the caller of `run`.
                            $($pixels => unsafe { self.tile::<S, $pixels>(simd, first, channel) },)*
                            _ => unreachable!("more pixels than `PIXELS`"),
                        }
                    };
                }
                arms!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
            }
            first += pixels;
        }
    }
}

impl Line<'_> {
    /// # Safety
    /// As [`Line::run`], for `T` pixels from `first` on and the vector at `channel`.
    #[inline(always)]
    unsafe fn tile<S: Simd, const T: usize>(&self, simd: S, first: usize, channel: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [load::<S>(self.start.add(channel)); T];
            let a = self.a.wrapping_add(first * self.a_row + channel);
            let w = self.w.add(channel);
            for tap in self.taps {
                let (weight, a) = (load::<S>(w.add(tap.row)), a.wrapping_offset(tap.from));
                for i in 0..T {
                    sums[i] = simd.mul_add_e_f32s(load::<S>(a.add(i * self.a_row)), weight, sums[i]);
                }
            }
            if self.relu {
                for sum in &mut sums {
                    *sum = relu(simd, *sum);
                }
            }
            let c = self.c.add(first * self.c_row + channel);
            let there = self.channels - channel;
            if there >= S::F32_LANES {
                for i in 0..T {
                    store::<S>(c.add(i * self.c_row), sums[i]);
                }
            } else {
                // A copy: were the sums themselves indexed at run time, they would live in memory.
                store_part::<S, T>(sums, c, self.c_row, there);
            }
        }
    }
}

/// # Safety
/// `c[i · c_row .. + there]` must be writable, and `there` below a vector's length.
#[inline(never)]
unsafe fn store_part<S: Simd, const T: usize>(sums: [S::f32s; T], c: *mut f32, c_row: usize, there: usize) {
    for (i, sum) in sums.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe {
            std::ptr::copy_nonoverlapping(std::ptr::from_ref(sum).cast::<f32>(), c.add(i * c_row), there)
        };
    }
}

/// What a line of the gradient adds to the sums of all taps: `sums[tap.row + v] += Σ_j a[tap.from + j · a_row + v] · g[j · g_row + v]`.
pub(super) struct Products<'a> {
    pub(super) a: *const f32,
    pub(super) a_row: usize,
    pub(super) taps: &'a [Tap],
    pub(super) g: *const f32,
    pub(super) g_row: usize,
    pub(super) pixels: usize,
    pub(super) sums: *mut f32,
    /// Whole vectors.
    pub(super) width: usize,
    /// Where the row of sums of the gradient itself is.
    pub(super) bias: Option<usize>,
}

impl Products<'_> {
    /// Adds the line.
    ///
    /// # Safety
    /// `a` and `g` must be readable in whole vectors wherever the formula reads, and `sums` writable by this thread alone.
    #[inline(always)]
    pub(super) unsafe fn run<S: Simd>(self, simd: S) {
        simd.vectorize(self);
    }
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (parts, each, more) = parts(self.taps.len(), TAPS);
        for channel in (0..self.width).step_by(S::F32_LANES) {
            let mut first = 0;
            for part in 0..parts {
                let taps = each + usize::from(part < more);
                macro_rules! arms {
                    ($($taps:literal)*) => {
                        match taps {
                            // SAFETY: promised by the caller of `run`.
                            $($taps => unsafe { self.tile::<S, $taps>(simd, first, channel) },)*
                            _ => unreachable!("more taps than `TAPS`"),
                        }
                    };
                }
                arms!(1 2 3 4 5 6 7 8 9 10 11 12 13);
                first += taps;
            }
            if let Some(bias) = self.bias {
                // SAFETY: promised by the caller of `run`.
                unsafe {
                    let at = self.sums.add(bias + channel);
                    let mut sum = load::<S>(at);
                    for pixel in 0..self.pixels {
                        sum = simd.add_f32s(sum, load::<S>(self.g.add(pixel * self.g_row + channel)));
                    }
                    store::<S>(at, sum);
                }
            }
        }
    }
}

impl Products<'_> {
    /// # Safety
    /// As [`Products::run`], for `T` taps from `first` on and the vector at `channel`.
    #[inline(always)]
    unsafe fn tile<S: Simd, const T: usize>(&self, simd: S, first: usize, channel: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let at = self.sums.add(channel);
            let mut taps = [Tap { from: 0, row: 0 }; T];
            taps.copy_from_slice(&self.taps[first..first + T]);
            let mut sums = [simd.splat_f32s(0.0); T];
            for tap in 0..T {
                sums[tap] = load::<S>(at.add(taps[tap].row));
            }
            let (mut a, mut g) = (self.a.wrapping_add(channel), self.g.add(channel));
            for _ in 0..self.pixels {
                let gradient = load::<S>(g);
                for tap in 0..T {
                    sums[tap] = simd.mul_add_e_f32s(
                        load::<S>(a.wrapping_offset(taps[tap].from)),
                        gradient,
                        sums[tap],
                    );
                }
                (a, g) = (a.wrapping_add(self.a_row), g.wrapping_add(self.g_row));
            }
            for tap in 0..T {
                store::<S>(at.add(taps[tap].row), sums[tap]);
            }
        }
    }
}
