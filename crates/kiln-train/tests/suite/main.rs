//! What the loop does whatever the device: settings that changed, checkpoints, extension, freezing, metrics, tasks of one's own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod batch_norm;
mod burn_models;
mod changed;
mod checkpoints;
#[path = "../device/common.rs"]
mod common;
mod extend;
mod freeze;
mod lr_finder;
mod metrics;
mod own_metrics;
mod own_parts;
mod ranks;
#[path = "../device/rows.rs"]
mod rows;
mod several;
mod slow_networks;
#[path = "../device/stopped.rs"]
mod stopped;
mod task_state;
mod training_loss;
mod whole_set;
