//! What keeps metrics from being sent to others.

use kiln_core::{ErrorKind, Explain};

/// What keeps metrics from being sent to others: known before the training begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The feature is not part of this build.
    #[error("this build of kiln does not speak {protocol} to an MLflow server")]
    NotBuilt {
        /// `HTTP` or `HTTPS`.
        protocol: &'static str,
        /// The feature that has it.
        feature: &'static str,
    },
    /// No address of a server.
    #[error("{uri:?} is no address of an MLflow server")]
    Address {
        /// What was given.
        uri: String,
    },
}

impl Explain for LogError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotBuilt { feature, .. } => {
                format!("build it with the feature `{feature}`: cargo install --path . --features {feature}")
            }
            Self::Address { .. } => {
                "give one such as http://127.0.0.1:5000, where `mlflow server` listens, as \
                 --mlflow-uri or in MLFLOW_TRACKING_URI"
                    .to_owned()
            }
        })
    }
}
