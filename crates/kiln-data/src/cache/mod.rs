//! What was decoded once, kept on disk for later epochs and runs.
//!
//! Nothing depends on it but time: what is not there, or damaged, is made again.

mod folder;
mod slots;

pub(crate) use folder::CacheFolder;
pub(crate) use slots::{Slots, read_at, write_at};

/// The most bytes of pixels, or of columns, that a reader of files holds.
pub(crate) const HELD: usize = 256 << 20;
