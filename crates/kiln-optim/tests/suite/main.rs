//! Optimisers and schedules against PyTorch, and the optimiser's state.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod averages;
mod clipping;
mod common;
mod gradients;
mod groups;
mod laws;
mod schedule_laws;
mod schedules;
mod settings;
mod state;
mod trajectories;
