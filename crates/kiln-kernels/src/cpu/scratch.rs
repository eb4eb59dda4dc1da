//! Work memory that a thread keeps between calls, so that a training step asks the system for none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// One cache line, to align a buffer to.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

const LINE: usize = 16;

/// Buffers a thread keeps at most; a kernel holds up to six at a time.
const KEPT: usize = 8;

thread_local! {
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer of this thread, aligned to 64 bytes; given back when dropped. Holds garbage at first, unless zeroed.
///
/// ```
/// use kiln_kernels::cpu::{Scratch, relu};
///
/// let mut y = Scratch::take(2);
/// relu(&[-1.0, 2.0], &mut y);
/// assert_eq!(*y, [0.0, 2.0]);
/// ```
#[derive(Debug)]
pub struct Scratch {
    lines: Vec<Line>,
    len: usize,
}

impl Scratch {
    /// `len` floats of any value.
    pub fn take(len: usize) -> Self {
        let needed = len.div_ceil(LINE);
        let mut lines = FREE.with_borrow_mut(|free| {
            // The smallest that is large enough, else the largest, which then grows.
            let fitting = (0..free.len())
                .filter(|&i| free[i].len() >= needed)
                .min_by_key(|&i| free[i].len())
                .or_else(|| (0..free.len()).max_by_key(|&i| free[i].len()));
            fitting.map(|i| free.swap_remove(i)).unwrap_or_default()
        });
        if lines.len() < needed {
            // Old contents need not be copied.
            lines.clear();
            lines.resize(needed, Line([0.0; LINE]));
        }
        Self { lines, len }
    }

    /// `len` zeros.
    pub fn zeroed(len: usize) -> Self {
        let mut scratch = Self::take(len);
        scratch.fill(0.0);
        scratch
    }
}

impl Deref for Scratch {
    type Target = [f32];

    #[inline(always)]
    fn deref(&self) -> &[f32] {
        // SAFETY: `lines` holds at least `len` initialised floats without gaps (`Line` is `repr(C)`, 64 bytes of floats).
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for Scratch {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // While a thread ends its list may be gone already: then the buffer is simply freed.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            free.push(lines);
            if free.len() > KEPT {
                let smallest = (0..free.len()).min_by_key(|&i| free[i].len()).unwrap_or_default();
                free.swap_remove(smallest);
            }
        });
    }
}
