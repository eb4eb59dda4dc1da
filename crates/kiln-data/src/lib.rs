//! Data sets, splits, preprocessing fitted on the training part, and seeded loading.

mod batch;
mod config;
mod dataset;
mod error;
mod loader;
pub mod preprocess;
pub mod source;
mod split;

pub use batch::{Batch, Inputs, Targets};
pub use config::{DataConfig, TaskKind};
pub use dataset::{Column, ColumnKind, ColumnSchema, Dataset, Features, Images, MISSING, Target, Values};
pub use error::DataError;
pub use loader::{Collate, Epoch, Loader, Minibatch, Rows, Source};
pub use preprocess::{Fitted, InputShape, Mismatch, Preprocess, TrainView};
pub use split::Split;
