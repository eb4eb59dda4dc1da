//! Data sets, splits, preprocessing fitted on the training part, and seeded loading.

mod arrangement;
mod batch;
mod cache;
mod check;
mod config;
pub mod corpus;
mod dataset;
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
mod tokenizer;

use kiln_cell::{cell, date};

pub use arrangement::Arrangement;
pub use batch::Batch;
pub use config::{BinsBy, Components, DataConfig, Encode, Scaling, TargetTransform, TaskKind, Uneven};
pub use dataset::Dataset;
pub use description::{Cell, Description, Table};
pub use error::{DataError, FileError, Inconsistency, RowError, SettingError};
pub use fingerprint::Fingerprint;
pub use form::{
    Column, Features, Gathered, ImageFiles, Images, InputShape, Inputs, MISSING, Pixels, Series, SeriesBatch,
    SeriesShape, StoredColumn, TextFacts, Texts, TokenBatch, TokenShape, Tokens, Values,
};
#[doc(inline)]
pub use kiln_cell::cell::{CellValue, Decimal, Marks};
#[doc(inline)]
pub use kiln_cell::date::DateForm;
pub use kiln_cell::power::{Power, PowerCurve};
pub use loader::{Collate, Epoch, Loader, Minibatch, Rows, Source};
pub use position::FilePosition;
pub use precision::Precision;
pub use prepared::Prepared;
pub use preprocess::{
    ColumnEncoding, ColumnStep, FeatureGroup, Fitted, Mismatch, Pca, Preprocess, SeriesScaling, SeriesSteps,
    TableSteps, TextSettings, TextSteps, TextTokens, TrainView, Unseen, UnseenValue,
};
pub use reading::{MissingTarget, Reading};
pub use skipped::Skipped;
pub use source::csv::{ColumnKind, ColumnSchema};
pub use source::images::{Broken, ImageSettings, ImageSize, Resize};
pub use source::{ColumnRole, Understood, UnderstoodColumn};
pub use split::Split;
pub use target::{Target, TargetNumbers, Targets};
pub use tokenizer::{
    BpeConfig, BytesConfig, CharactersConfig, FileName, Tokenizer, TokenizerConfig, TokenizerError,
    TokenizerFileConfig, TokenizerKind, WordPieceConfig, WordsConfig,
};
