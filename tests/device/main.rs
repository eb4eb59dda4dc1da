//! Whole trainings on the device under test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod absent;
mod again;
#[cfg(feature = "wgpu")]
mod ahead;
mod auto;
#[cfg(feature = "autotune")]
mod autotune;
#[cfg(feature = "wgpu")]
mod bare_loop;
mod batches;
#[path = "../common/mod.rs"]
mod common;
mod compare;
mod counts;
mod parity;
mod precision;
mod runs;
mod series;
mod side_by_side;
mod texts;
mod tokens;
