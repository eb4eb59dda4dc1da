//! A branch of a network that comes back to its trunk, with some of its elements dropped.

use super::arch::{Vectorize, vectorized};
use super::dropout::Mask;
use super::parallel::cut;
use rayon::prelude::*;

/// Elements that one task works on: an even number, as two neighbours share their random bits.
const CHUNK: usize = cut(32 * 1024, 64);

/// `y = x + branch · mask` for elements that lie in memory by their index: [`dropout`](super::dropout) of the branch and the sum, in one pass.
///
/// # Panics
/// When the lengths differ.
pub fn residual_dropout(x: &[f32], branch: &[f32], mask: Mask, y: &mut [f32]) {
    assert_eq!([x.len(), branch.len()], [y.len(); 2], "residual_dropout: lengths differ");
    let parts = x.par_chunks(CHUNK).zip(branch.par_chunks(CHUNK)).zip(y.par_chunks_mut(CHUNK));
    parts.enumerate().for_each(|(n, ((x, branch), y))| {
        vectorized(Pairs { mask, first: (n * CHUNK / 2) as u64, x, branch, y });
    });
}

/// Elements in a row, from the first of pair `first` on.
struct Pairs<'a> {
    mask: Mask,
    first: u64,
    x: &'a [f32],
    branch: &'a [f32],
    y: &'a mut [f32],
}

impl Vectorize for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { mask, first, x, branch, y } = self;
        let (pairs, last) = y.as_chunks_mut::<2>();
        let ((x_pairs, x_last), (pairs_of, last_of)) = (x.as_chunks::<2>(), branch.as_chunks::<2>());
        for (i, ((y, x), branch)) in pairs.iter_mut().zip(x_pairs).zip(pairs_of).enumerate() {
            let [a, b] = mask.pair(first + i as u64);
            *y = [x[0] + branch[0] * a, x[1] + branch[1] * b];
        }
        for ((y, x), branch) in last.iter_mut().zip(x_last).zip(last_of) {
            *y = x + branch * mask.pair(first + pairs.len() as u64)[0];
        }
    }
}
