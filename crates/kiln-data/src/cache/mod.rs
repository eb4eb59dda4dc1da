//! What was decoded once, kept on disk for later epochs and runs.
//!
//! Nothing depends on it but time: what is not there, or damaged, is made again.

mod folder;
mod slots;

pub(crate) use folder::CacheFolder;
pub(crate) use slots::Slots;
