//! Work split into tasks whose number and contents depend on shapes alone, never on the number of threads.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::cpu::arch::Arch;

/// Below this many operations (150 to 300 µs of one core) waking other threads costs more than they save: on two cores a
/// training of the digits' MLP took half as long again with a quarter of it.
/// Under Miri, which looks for races, everything is handed over.
const WORTH_A_THREAD: usize = cut(16_000_000, 0);

/// How work is cut: `size`, but `small` under Miri, so that small shapes make several tasks and every loop comes round again.
pub(crate) const fn cut(size: usize, small: usize) -> usize {
    if cfg!(miri) { small } else { size }
}

/// What one operation on memory costs in the unit of [`for_each`], in which an arithmetic operation costs 1.
pub(crate) const MEMORY: usize = 16;

/// A kernel cut into numbered, independent pieces.
///
/// A trait and not a closure: implementations say `#[inline(always)]`, without which vector instructions of a
/// detected instruction set would each become a function call.
pub(crate) trait Task: Sync {
    /// Does piece `index`.
    fn run<S: Simd>(&self, simd: S, index: usize);
}

/// Runs pieces `0..count` of `task`, on the threads of rayon's current pool if `cost` (operations in total) is worth it.
pub(crate) fn for_each<T: Task>(arch: Arch, count: usize, cost: usize, task: &T) {
    struct Piece<'a, T> {
        task: &'a T,
        index: usize,
    }
    impl<T: Task> WithSimd for Piece<'_, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            self.task.run(simd, self.index);
        }
    }
    let piece = |index| arch.dispatch(Piece { task, index });
    if count <= 1 || cost < WORTH_A_THREAD || rayon::current_num_threads() == 1 {
        (0..count).for_each(piece);
    } else {
        (0..count).into_par_iter().with_max_len(1).for_each(piece);
    }
}

/// `0..len` in pieces of `size`: the range of piece `index`.
pub(crate) fn piece(index: usize, size: usize, len: usize) -> Range<usize> {
    (index * size).min(len)..((index + 1) * size).min(len)
}

/// A mutable slice of which several tasks write parts that do not overlap.
#[derive(Debug)]
pub(crate) struct Shared<'a, T> {
    start: *mut T,
    len: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: a `Shared` is a `&mut [T]` handed to several threads; its users promise in `slice` not to overlap.
unsafe impl<T: Send> Sync for Shared<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub(crate) fn new(slice: &'a mut [T]) -> Self {
        Self { start: slice.as_mut_ptr(), len: slice.len(), slice: PhantomData }
    }

    /// The part at `range`.
    ///
    /// # Safety
    /// While the returned slice lives, no other part that overlaps `range` may be in use.
    #[allow(clippy::mut_from_ref)]
    #[inline(always)]
    pub(crate) unsafe fn slice(&self, range: Range<usize>) -> &'a mut [T] {
        assert!(range.start <= range.end && range.end <= self.len, "part out of range");
        // SAFETY: in range by the assertion; exclusive by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }

    /// The address of element `index`, from which `span` elements may be written by vector kernels.
    ///
    /// It is the kernel's business that no two tasks write the same element.
    #[inline(always)]
    pub(crate) fn pointer(&self, index: usize, span: usize) -> *mut T {
        assert!(span <= self.len && index <= self.len - span, "part out of range");
        self.start.wrapping_add(index)
    }
}
