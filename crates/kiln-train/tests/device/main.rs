//! The loop on the device under test: what it promises, and that a run goes on with the same bits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod accumulate;
mod average;
mod burn_dropout;
mod changed;
mod checkpoints;
mod common;
mod extend;
mod first_weights;
mod fit;
mod freeze;
mod lr_finder;
mod metrics;
mod optimisers;
mod own_metrics;
mod own_parts;
mod penalties;
mod resume;
mod several;
mod several_golden;
mod stopped;
mod task_state;
mod whole_set;
