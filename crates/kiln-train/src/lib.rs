//! The training loop: steps, early stopping, checkpoints, exact resume.

mod config;

pub use config::{CheckpointConfig, EarlyStoppingConfig, TrainConfig};
