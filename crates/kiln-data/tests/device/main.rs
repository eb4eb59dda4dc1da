//! The stream of batches, on the device under test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod collate;
mod loader;
