//! Optimisers and schedules against PyTorch, timm and scikit-learn, and the optimiser's state.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod along;
mod averages;
mod cases;
mod clipping;
mod common;
mod gradients;
mod groups;
mod laws;
mod layer_decay;
mod new_optimizer;
mod new_schedule;
mod registry;
mod schedule_laws;
mod schedules;
mod settings;
mod sgd;
mod state;
mod step_size;
mod trajectories;

// The files of new kinds find these where those of the library do.
use kiln_optim::{At, Gradient, Kept, OptimError, Rule, Schedule, Slot, StepSize, Stretch};

mod schema {
    pub(crate) use schemars::JsonSchema;
}
