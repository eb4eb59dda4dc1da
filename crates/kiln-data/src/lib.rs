//! Data sets, splits, preprocessing fitted on the training part, and seeded loading.

mod batch;
mod config;
mod dataset;
mod error;
mod loader;
pub mod preprocess;
pub mod source;
mod split;

pub use batch::{Batch, InputShape, Inputs, Targets};
pub use config::{DataConfig, TaskKind};
pub use dataset::{Column, Dataset, Features, Images, MISSING, Target, Values};
pub use error::{DataError, Place};
pub use source::csv::{ColumnKind, ColumnSchema};
