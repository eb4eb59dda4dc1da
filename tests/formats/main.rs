//! Tables in the formats that need a feature, as users of the program and of the library meet them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

#[path = "../common/mod.rs"]
mod common;
mod golden;
mod program;
mod weights;
