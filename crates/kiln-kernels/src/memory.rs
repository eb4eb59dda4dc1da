//! How long the allocator keeps memory that nothing uses.

use libmimalloc_sys::{mi_option_get, mi_option_set, mi_option_t};

/// mimalloc's option `purge_delay` (version 3): milliseconds.
const PURGE_DELAY: mi_option_t = 15;
/// What it is unless somebody set it.
const DEFAULT: std::ffi::c_long = 1_000;
/// A minute.
const DELAY: std::ffi::c_long = 60_000;

/// Has mimalloc keep memory for a minute that nothing uses, and not for a second.
///
/// Once the time is over it hands back all that is free at that moment. A step of a large network holds and frees hundreds of megabytes, so that
/// with a second between two times one step in two would fetch its memory anew, page by page. A delay that the environment sets
/// (`MIMALLOC_PURGE_DELAY`) stays.
///
/// To be called by a program whose allocator is mimalloc, before it starts threads.
pub fn keep_freed_memory() {
    // SAFETY: they read and write a number in a table of the library; no other thread does so, by the caller's promise, and the number is
    // an option of every version since 2. Of another meaning it would have another value.
    unsafe {
        if mi_option_get(PURGE_DELAY) == DEFAULT {
            mi_option_set(PURGE_DELAY, DELAY);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_option_is_the_one_that_is_meant() {
        // The environment of a test may set it: then it stays.
        let set = std::env::var("MIMALLOC_PURGE_DELAY").ok().and_then(|delay| delay.parse().ok());
        super::keep_freed_memory();
        // SAFETY: as above.
        let found = unsafe { libmimalloc_sys::mi_option_get(super::PURGE_DELAY) };
        assert_eq!(found, set.unwrap_or(super::DELAY));
    }
}
