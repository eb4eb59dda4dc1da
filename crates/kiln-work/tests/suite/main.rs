//! What a store promises, held to by a folder.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod folder;
mod laws;
