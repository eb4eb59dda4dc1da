//! Numbers of the channels, for several rows at once.

use crate::cpu::parallel::cut;
use crate::cpu::scratch::Scratch;

/// Columns that are worked on at once, if rows have fewer: a loop over sixteen columns takes longer to begin than to run.
const WIDE: usize = cut(256, 16);

/// `N` numbers of each channel, repeated for as many rows as are worked on at once.
pub(super) struct Lines<const N: usize> {
    wide: usize,
    /// `[number][row][channel]`.
    values: Scratch,
}

impl<const N: usize> Lines<N> {
    /// `of` `c` channels each, at least one.
    pub(super) fn new(c: usize, of: [&[f32]; N]) -> Self {
        let wide = (WIDE / c).max(1) * c;
        let mut values = Scratch::take(N * wide);
        for (line, of) in values.chunks_exact_mut(wide).zip(of) {
            line.chunks_exact_mut(c).for_each(|row| row.copy_from_slice(of));
        }
        Self { wide, values }
    }

    /// Columns of all rows that are worked on at once.
    #[inline(always)]
    pub(super) fn wide(&self) -> usize {
        self.wide
    }

    /// The numbers of the first `len` columns.
    #[inline(always)]
    pub(super) fn first(&self, len: usize) -> [&[f32]; N] {
        std::array::from_fn(|line| &self.values[line * self.wide..][..len])
    }
}
