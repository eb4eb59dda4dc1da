//! Modules of Burn on the device under test: their parameters by path, their weights in files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod burn;
mod params;
mod partial;
mod pytorch;
mod weights;
