//! Optimisers and schedules against PyTorch, and the optimiser's state.

mod clipping;
mod common;
mod schedules;
mod settings;
mod state;
mod trajectories;
