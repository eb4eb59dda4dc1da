//! Who else reads the metrics of a training, by name.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use kiln_train::Callback;

use super::{CsvLog, OpenMetricsLog, ParquetLog, TensorBoard};

/// Who else reads the metrics of a training: a file in the folder of the run, or a server.
///
/// ```
/// use kiln_experiment::log::LogKind;
///
/// assert_eq!("tensorboard".parse(), Ok(LogKind::TensorBoard));
/// assert_eq!("tensor".parse::<LogKind>().unwrap_err().to_string(), "\"tensor\" is none of tensorboard, csv, parquet, openmetrics, mlflow");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogKind {
    /// TensorBoard: `events.out.tfevents.…`.
    TensorBoard,
    /// Tables: `metrics.csv`, a row for each epoch.
    Csv,
    /// Tables with types: `metrics.parquet`, all epochs.
    Parquet,
    /// Prometheus and its like: `metrics.prom`, the newest epoch.
    OpenMetrics,
    /// A server of MLflow, with the feature `mlflow`: see [`MlFlowConfig`](super::MlFlowConfig).
    MlFlow,
}

impl LogKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::TensorBoard, Self::Csv, Self::Parquet, Self::OpenMetrics, Self::MlFlow];

    /// What it is called: `tensorboard`, `csv`, `parquet`, `openmetrics`, `mlflow`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TensorBoard => "tensorboard",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::OpenMetrics => "openmetrics",
            Self::MlFlow => "mlflow",
        }
    }

    /// The callback that writes into the folder of a run, where it is a file.
    pub(crate) fn callback(self, run: &Path) -> Option<Box<dyn Callback>> {
        Some(match self {
            Self::TensorBoard => Box::new(TensorBoard::new(run)),
            Self::Csv => Box::new(CsvLog::new(run)),
            Self::Parquet => Box::new(ParquetLog::new(run)),
            Self::OpenMetrics => Box::new(OpenMetricsLog::new(run)),
            Self::MlFlow => return None,
        })
    }
}

impl fmt::Display for LogKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No such format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is none of tensorboard, csv, parquet, openmetrics, mlflow")]
pub struct UnknownLog {
    /// What was asked for.
    pub name: String,
}

impl FromStr for LogKind {
    type Err = UnknownLog;

    fn from_str(name: &str) -> Result<Self, UnknownLog> {
        let unknown = || UnknownLog { name: name.to_owned() };
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(unknown)
    }
}
