//! Who else reads the metrics of a training.

use clap::Args;
use kiln_experiment::Session;
use kiln_experiment::log::LogKind;

/// Who else reads the metrics of a training.
#[derive(Debug, Clone, Args)]
pub(crate) struct Logs {
    /// Also write the metrics for others: tensorboard, csv, parquet, openmetrics, or mlflow; several with commas.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    pub(crate) log: Vec<LogKind>,
    /// The MLflow server of --log mlflow [default: MLFLOW_TRACKING_URI, or else http://127.0.0.1:5000].
    #[arg(long, value_name = "URI", requires = "log")]
    pub(crate) mlflow_uri: Option<String>,
}

impl Logs {
    /// A session that has them.
    pub(crate) fn among(&self, mut session: Session) -> Session {
        session.logs = self.log.clone();
        if let Some(uri) = &self.mlflow_uri {
            session.mlflow.uri = uri.clone();
        }
        session
    }
}
