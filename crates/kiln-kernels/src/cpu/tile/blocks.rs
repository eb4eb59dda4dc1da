//! Columns, cut into blocks as wide as the registers allow.

use pulp::Simd;

/// Widest block of columns, in vectors.
pub(crate) const WIDEST: usize = 4;

/// Vectors per block of columns: with 32 registers 6 rows × 4 vectors (7 × 4 would spill), with 16 6 × 2.
pub(crate) const fn widest<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { WIDEST } else { 2 }
}

/// `len` columns as blocks of whole vectors: an iterator over (first column, vectors, columns in the last vector).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blocks {
    pub(crate) len: usize,
    pub(crate) lanes: usize,
    pub(crate) widest: usize,
}

impl Blocks {
    pub(crate) fn new<S: Simd>(len: usize) -> Self {
        Self { len, lanes: S::F32_LANES, widest: widest::<S>() }
    }

    pub(crate) fn width(&self) -> usize {
        self.lanes * self.widest
    }

    pub(crate) fn count(&self) -> usize {
        self.len.div_ceil(self.width())
    }

    /// Columns with the last vector filled up.
    pub(crate) fn padded(&self) -> usize {
        self.len.next_multiple_of(self.lanes)
    }

    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> Block {
        let first = index * self.width();
        let len = (self.len - first).min(self.width());
        let nv = len.div_ceil(self.lanes);
        Block { first, len, nv, width: nv * self.lanes }
    }
}

/// One block of columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) first: usize,
    /// Columns that exist.
    pub(crate) len: usize,
    /// Vectors.
    pub(crate) nv: usize,
    /// Columns with the last vector filled up.
    pub(crate) width: usize,
}
