//! The loop on the device under test: what it promises, and that a run goes on with the same bits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod accumulate;
mod average;
mod burn_dropout;
mod common;
mod first_weights;
mod fit;
mod freeze_golden;
mod optimisers;
mod penalties;
mod probe;
mod resume;
mod rows;
mod several_golden;
mod shards;
mod shares;
mod stopped;
