//! Losses and penalties against PyTorch, numpy and finite differences.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod batch;
mod batch_shapes;
mod common;
mod constraints;
mod conventions;
mod cumulative;
mod finite_differences;
mod functions;
mod loss_laws;
mod loss_settings;
mod losses;
mod members;
mod new_loss;
mod new_penalty;
mod penalties;
mod penalty_laws;
mod random_shapes;
mod registry;
mod soft_targets;
mod target_forms;
mod units;

// What the file of a new loss finds at the root of its crate.
use kiln_objective::{ObjectiveError, TargetKind};

mod schema {
    pub(crate) use schemars::JsonSchema;
}
