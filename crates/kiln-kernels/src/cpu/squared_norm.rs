//! The squared norm of many numbers.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use super::rows::sum;

/// Numbers of a task.
const CHUNK: usize = cut(64 * 1024, 64);

/// Numbers that are added up in f32.
const PIECE: usize = 4096;

/// `Σ x²`, in pieces whose sums are added in f64 in order: equal bits for any number of threads.
pub fn squared_norm(x: &[f32]) -> f64 {
    let mut sums = vec![0.0; x.len().div_ceil(CHUNK)];
    let count = sums.len();
    for_each(arch(), count, x.len() * MEMORY, &Squares { x, sums: Shared::new(&mut sums) });
    sums.iter().sum()
}

struct Squares<'a> {
    x: &'a [f32],
    sums: Shared<'a, f64>,
}

impl Task for Squares<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let x = &self.x[piece(index, CHUNK, self.x.len())];
        // SAFETY: each task has its own sum.
        let sums = unsafe { self.sums.slice(index..index + 1) };
        sums[0] = x.chunks(PIECE).map(|piece| f64::from(sum(piece, |x| x * x))).sum();
    }
}
