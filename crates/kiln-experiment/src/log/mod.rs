//! The metrics of a training in the formats of other people's tools, written or sent while it trains.

mod csv;
mod kind;
mod mlflow;
mod open_metrics;
mod parquet;
mod row;
mod tensorboard;
mod tfrecord;

pub use self::csv::CsvLog;
pub use self::parquet::ParquetLog;
pub use kind::{LogKind, UnknownLog};
pub use mlflow::MlFlowConfig;
pub(crate) use mlflow::Tracked;
pub use open_metrics::{OpenMetricsLog, open_metrics};
pub use tensorboard::TensorBoard;
