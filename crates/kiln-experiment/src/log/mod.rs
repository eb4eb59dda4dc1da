//! The metrics of a training in the formats of other people's tools, written while it trains.

mod csv;
mod kind;
mod open_metrics;
mod tensorboard;
mod tfrecord;

pub use self::csv::CsvLog;
pub use kind::{LogKind, UnknownLog};
pub use open_metrics::{OpenMetricsLog, open_metrics};
pub use tensorboard::TensorBoard;
