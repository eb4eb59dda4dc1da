//! Readers of other crates, which may panic on contents that nobody has written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::failed::table_error;
use super::problem::TableProblem;
use crate::{DataError, FilePosition};

/// What `read` gives; where it panics, the file is damaged.
pub(super) fn guarded<T>(
    path: &Path,
    format: &'static str,
    read: impl FnOnce() -> Result<T, DataError>,
) -> Result<T, DataError> {
    // What it worked on is not looked at again.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let reason = "its contents contradict each other".to_owned();
        Err(table_error(FilePosition::file(path), TableProblem::Damaged { format, reason }))
    })
}

/// The most bytes that a part of a file may unpack to, beside so many times the file.
const FREE: u64 = 32 << 20;
const TIMES: u64 = 16;

/// What a part of a file of `length` bytes may unpack to. Beyond that a few bytes would fill the memory.
pub(super) fn most_unpacked(length: u64) -> u64 {
    FREE.max(length.saturating_mul(TIMES))
}
