//! Data sets, splits, preprocessing fitted on the training part, and seeded loading.

mod batch;
mod check;
mod config;
mod dataset;
mod error;
mod loader;
mod place;
mod prepared;
pub mod preprocess;
pub mod source;
mod split;

pub use batch::{Batch, InputShape, Inputs, Targets};
pub use check::Inconsistency;
pub use config::{Components, DataConfig, Encode, TaskKind};
pub use dataset::{Column, Dataset, Features, Images, MISSING, Target, Values};
pub use error::DataError;
pub use loader::{Collate, Epoch, Loader, Minibatch, Rows, Source};
pub use place::Place;
pub use prepared::Prepared;
pub use preprocess::{FeatureGroup, Fitted, Mismatch, Pca, Preprocess, TargetNumbers, TrainView};
pub use source::csv::{ColumnKind, ColumnSchema};
pub use split::Split;
