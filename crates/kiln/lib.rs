//! Train neural networks on Burn, and know how well they will do on data they have not seen.
//!
//! This crate puts the parts of kiln under one name. The command `kiln` is made of the same parts.
//!
//! - [`data`]: data sets, splits, preprocessing fitted on the training part, seeded loading
//! - [`models`]: linear, MLP, CNN, ResNet
//! - [`objective`]: losses and penalties
//! - [`optim`]: optimisers and schedules with PyTorch's defaults
//! - [`train`]: the training loop, early stopping, checkpoints, exact resume
//! - [`report`]: tables, progress, JSON lines
//!
//! The seed, checked numbers, devices by name and weights by path are at the top. Leave out the feature `cli` to embed
//! the library alone.

pub use kiln_core::*;

pub use kiln_data as data;
pub use kiln_models as models;
pub use kiln_objective as objective;
pub use kiln_optim as optim;
pub use kiln_report as report;
pub use kiln_train as train;

/// What most programs need.
pub mod prelude {
    pub use burn::module::Module;
    pub use burn::tensor::{Device, Tensor};
    pub use kiln_core::device::DeviceName;
    pub use kiln_core::{ErrorKind, Explain, Purpose, Seed, Weights};
    pub use kiln_data::{Batch, DataConfig, Inputs, Targets};
    pub use kiln_models::{ModelConfig, Network};
    pub use kiln_objective::{LossConfig, PenaltyConfig};
    pub use kiln_optim::{OptimConfig, ScheduleConfig};
    pub use kiln_train::{CheckpointConfig, EarlyStoppingConfig, TrainConfig};
}
