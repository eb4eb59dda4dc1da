//! The micro-kernel under convolution, Winograd and matrix products: a block of sums held in registers.
//!
//! `c[i][j] = start + Σ_segments Σ_d a[seg.a + i·a_row + d·a_step] · b[(seg.b + d)·b_step + j]`, with `i` over rows of `a`
//! and `j` over a few vectors. Every sum runs over segments and `d` in order, whatever the block it is computed in,
//! so results do not depend on how rows are divided.

mod blocks;

pub(crate) use blocks::{Block, Blocks, widest};

use std::any::TypeId;

use pulp::{Scalar, Simd, WithSimd};

/// Rows of a block `nv` vectors wide.
const fn tallest<S: Simd>(nv: usize) -> usize {
    match (S::REGISTER_COUNT >= 32, nv) {
        (true, 4) => 6,
        (true, 3) => 8,
        // With 14 rows of 2 vectors the compiler gives the sums up as registers, with 11 of 1 it spills each of them.
        (true, 2) => 12,
        (true, _) => 10,
        (false, 1) => 10,
        (false, _) => 6,
    }
}

/// A piece of the sum: where in `a` it starts, and at which step of `b`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) a: usize,
    pub(crate) b: usize,
}

/// What sums start from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    Zero,
    /// One value a column, the last vector filled up.
    Bias(*const f32),
    /// What `c` holds.
    Accumulate,
}

/// `rows` rows of `nv` vectors. See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    pub(crate) a: *const f32,
    pub(crate) a_row: usize,
    pub(crate) a_step: usize,
    pub(crate) b: *const f32,
    pub(crate) b_step: usize,
    pub(crate) segments: &'a [Segment],
    /// Terms in each segment.
    pub(crate) len: usize,
    pub(crate) c: *mut f32,
    pub(crate) c_row: usize,
    pub(crate) rows: usize,
    /// As many times the same, `a` and `c` so far apart.
    pub(crate) lines: usize,
    pub(crate) a_line: usize,
    pub(crate) c_line: usize,
    pub(crate) nv: usize,
    /// Columns to write; `nv` vectors are computed.
    pub(crate) cols: usize,
    pub(crate) start: Start,
    pub(crate) relu: bool,
}

impl Run<'_> {
    /// Computes the block.
    ///
    /// # Safety
    /// `a` and `b` must be readable at every offset that the module's formula names, `b` and a bias in whole vectors;
    /// `c[i·c_row .. i·c_row + cols]` must be writable by this thread alone (and initialised for `Accumulate`).
    #[inline(always)]
    pub(crate) unsafe fn run<S: Simd>(self, simd: S) {
        if self.rows == 0 {
            return;
        }
        match self.nv {
            1 => simd.vectorize(Wide::<1>(self)),
            2 => simd.vectorize(Wide::<2>(self)),
            3 if widest::<S>() >= 3 => simd.vectorize(Wide::<3>(self)),
            _ if widest::<S>() >= 4 => simd.vectorize(Wide::<4>(self)),
            _ => unreachable!("a block of more vectors than `widest`"),
        }
    }
}

struct Wide<'a, const NV: usize>(Run<'a>);

impl<const NV: usize> WithSimd for Wide<'_, NV> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let run = self.0;
        // Rows as even as possible: 7 of at most 6 as 4 + 3, not 6 + 1.
        let tiles = run.rows.div_ceil(tallest::<S>(NV));
        let (each, more) = (run.rows / tiles, run.rows % tiles);
        for line in 0..run.lines {
            let mut a = run.a.wrapping_add(line * run.a_line);
            let mut c = run.c.wrapping_add(line * run.c_line);
            for tile in 0..tiles {
                let rows = each + usize::from(tile < more);
                // SAFETY: promised by the caller of `Run::run`; tiles divide its lines and rows.
                unsafe {
                    if run.a_row == 1 {
                        run.tile_of::<S, NV, true>(simd, rows, a, c)
                    } else {
                        run.tile_of::<S, NV, false>(simd, rows, a, c)
                    }
                }
                a = a.wrapping_add(rows * run.a_row);
                c = c.wrapping_add(rows * run.c_row);
            }
        }
    }
}

impl Run<'_> {
    /// # Safety
    /// As [`Run::run`], for `rows` rows from these on.
    #[inline(always)]
    unsafe fn tile_of<S: Simd, const NV: usize, const UNIT: bool>(
        &self,
        simd: S,
        rows: usize,
        a: *const f32,
        c: *mut f32,
    ) {
        // Arms above `tallest` fall away at compile time.
        macro_rules! arms {
            ($($mr:literal)*) => {
                match rows {
                    // SAFETY: the caller's promise.
                    $($mr if $mr <= const { tallest::<S>(NV) } => unsafe { self.tile::<S, $mr, NV, UNIT>(simd, a, c) },)*
                    _ => unreachable!("more rows than `tallest`"),
                }
            };
        }
        arms!(1 2 3 4 5 6 7 8 9 10 11 12)
    }

    /// # Safety
    /// As [`Run::run`], for `MR` rows from these on.
    #[inline(always)]
    unsafe fn tile<S: Simd, const MR: usize, const NV: usize, const UNIT: bool>(
        &self,
        simd: S,
        from: *const f32,
        to: *mut f32,
    ) {
        let lanes = S::F32_LANES;
        let a_row = if UNIT { 1 } else { self.a_row };
        let whole = self.cols == NV * lanes;
        let mut sums = [[simd.splat_f32s(0.0); NV]; MR];
        // SAFETY: every access below is one that the caller of `run` promised to be good.
        unsafe {
            match self.start {
                Start::Zero => {}
                Start::Bias(bias) => {
                    for v in 0..NV {
                        let value = load::<S>(bias.add(v * lanes));
                        for sum in &mut sums {
                            sum[v] = value;
                        }
                    }
                }
                Start::Accumulate if whole => {
                    for i in 0..MR {
                        for v in 0..NV {
                            sums[i][v] = load::<S>(to.add(i * self.c_row + v * lanes));
                        }
                    }
                }
                Start::Accumulate => sums = self.load_part::<S, MR, NV>(simd, to),
            }
            for segment in self.segments {
                let mut a = from.add(segment.a);
                let mut b = self.b.add(segment.b * self.b_step);
                for _ in 0..self.len {
                    let mut columns = [simd.splat_f32s(0.0); NV];
                    for v in 0..NV {
                        columns[v] = load::<S>(b.add(v * lanes));
                    }
                    for i in 0..MR {
                        let value = simd.splat_f32s(*a.add(i * a_row));
                        for v in 0..NV {
                            sums[i][v] = simd.mul_add_e_f32s(value, columns[v], sums[i][v]);
                        }
                    }
                    a = a.wrapping_add(self.a_step);
                    b = b.wrapping_add(self.b_step);
                }
            }
            if self.relu {
                for i in 0..MR {
                    for v in 0..NV {
                        sums[i][v] = relu(simd, sums[i][v]);
                    }
                }
            }
            if whole {
                for i in 0..MR {
                    for v in 0..NV {
                        store::<S>(to.add(i * self.c_row + v * lanes), sums[i][v]);
                    }
                }
            } else {
                // A copy: were the sums themselves indexed at run time, they would live in memory.
                self.store_part::<S, MR, NV>(sums, to);
            }
        }
    }

    /// What `c` holds, when its last vector is cut off.
    ///
    /// # Safety
    /// As [`Run::run`], for `MR` rows from these on.
    #[inline(never)]
    unsafe fn load_part<S: Simd, const MR: usize, const NV: usize>(
        &self,
        simd: S,
        from: *const f32,
    ) -> [[S::f32s; NV]; MR] {
        let mut sums = [[simd.splat_f32s(0.0); NV]; MR];
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `cols` elements of `c` are readable, and no more than `NV` vectors.
            unsafe {
                std::ptr::copy_nonoverlapping(from.add(i * self.c_row), sums.as_mut_ptr().cast(), self.cols)
            };
        }
        sums
    }

    /// Writes the sums when the last vector is cut off.
    ///
    /// # Safety
    /// As [`Run::run`], for `MR` rows from these on.
    #[inline(never)]
    unsafe fn store_part<S: Simd, const MR: usize, const NV: usize>(
        &self,
        sums: [[S::f32s; NV]; MR],
        to: *mut f32,
    ) {
        for (i, sums) in sums.iter().enumerate() {
            // SAFETY: `cols` elements of `c` are writable, and no more than `NV` vectors.
            unsafe { std::ptr::copy_nonoverlapping(sums.as_ptr().cast(), to.add(i * self.c_row), self.cols) };
        }
    }
}

/// `max(x, 0)`, NaN staying NaN.
#[inline(always)]
pub(crate) fn relu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    if TypeId::of::<S>() == TypeId::of::<Scalar>() {
        // Its maximum is the number if the other one is NaN.
        simd.select_f32s(simd.less_than_f32s(x, zero), zero, x)
    } else {
        // x86 gives the second if one is NaN, NEON and WebAssembly give NaN.
        simd.max_f32s(zero, x)
    }
}

/// # Safety
/// A whole vector must be readable at `from`.
#[inline(always)]
pub(crate) unsafe fn load<S: Simd>(from: *const f32) -> S::f32s {
    // SAFETY: readable by the caller's promise; `f32s` is plain data.
    unsafe { from.cast::<S::f32s>().read_unaligned() }
}

/// # Safety
/// A whole vector must be writable at `to`.
#[inline(always)]
pub(crate) unsafe fn store<S: Simd>(to: *mut f32, value: S::f32s) {
    // SAFETY: writable by the caller's promise.
    unsafe { to.cast::<S::f32s>().write_unaligned(value) }
}
