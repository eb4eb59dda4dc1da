//! Data sets, splits, preprocessing fitted on the training part, and seeded loading.

mod arrangement;
mod batch;
mod cache;
mod cell;
mod check;
mod config;
mod dataset;
mod date;
mod description;
mod error;
mod fingerprint;
mod form;
mod hash;
mod loader;
mod position;
mod precision;
mod prepared;
pub mod preprocess;
mod reading;
mod schema;
mod skipped;
pub mod source;
mod split;
mod target;

pub use arrangement::Arrangement;
pub use batch::Batch;
pub use cell::{CellValue, Decimal};
pub use config::{Components, DataConfig, Encode, Scaling, TaskKind};
pub use dataset::Dataset;
pub use date::DateForm;
pub use description::{Cell, Description, Table};
pub use error::{DataError, FileError, Inconsistency, RowError, SettingError};
pub use fingerprint::Fingerprint;
pub use form::{
    Column, Features, Gathered, ImageFiles, Images, InputShape, Inputs, MISSING, Pixels, StoredColumn,
    TokenBatch, TokenShape, Tokens, Values,
};
pub use loader::{Collate, Epoch, Loader, Minibatch, Rows, Source};
pub use position::FilePosition;
pub use precision::Precision;
pub use prepared::Prepared;
pub use preprocess::{
    ColumnEncoding, ColumnStep, FeatureGroup, Fitted, Mismatch, Pca, Preprocess, TableSteps, TrainView,
    Unseen, UnseenValue,
};
pub use reading::{MissingTarget, Reading};
pub use skipped::Skipped;
pub use source::csv::{ColumnKind, ColumnSchema};
pub use source::images::{Broken, ImageSettings, ImageSize, Resize};
pub use source::{ColumnRole, Understood, UnderstoodColumn};
pub use split::Split;
pub use target::{Target, TargetNumbers, Targets};
