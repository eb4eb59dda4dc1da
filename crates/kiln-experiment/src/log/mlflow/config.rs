//! Which server, and what of it.

use crate::error::LogError;

/// An MLflow server, for [`LogKind::MlFlow`](crate::log::LogKind::MlFlow).
///
/// ```
/// use kiln_experiment::log::MlFlowConfig;
///
/// let config = MlFlowConfig::default();
/// assert_eq!((config.uri.as_str(), config.experiment.as_str()), ("http://127.0.0.1:5000", "Default"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlFlowConfig {
    /// Where it listens. Default `http://127.0.0.1:5000`, as `mlflow server` does. `https` needs the feature `mlflow-tls`.
    pub uri: String,
    /// The experiment that the run is added to, which is made where there is none of that name. Default `Default`.
    pub experiment: String,
}

impl Default for MlFlowConfig {
    fn default() -> Self {
        Self { uri: "http://127.0.0.1:5000".to_owned(), experiment: "Default".to_owned() }
    }
}

impl MlFlowConfig {
    /// Whether this build can speak to that server.
    ///
    /// # Errors
    /// [`LogError::Address`] for what is no address, [`LogError::NotBuilt`] without the feature that it takes.
    pub fn check(&self) -> Result<(), LogError> {
        let (protocol, feature, is_built) = match self.uri.split_once("://") {
            Some(("http", rest)) if !rest.is_empty() => ("HTTP", "mlflow", cfg!(feature = "mlflow")),
            Some(("https", rest)) if !rest.is_empty() => {
                ("HTTPS", "mlflow-tls", cfg!(feature = "mlflow-tls"))
            }
            _ => return Err(LogError::Address { uri: self.uri.clone() }),
        };
        if is_built { Ok(()) } else { Err(LogError::NotBuilt { protocol, feature }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_no_servers() {
        for uri in ["mlruns", "./mlruns", "file:///tmp/mlruns", "sqlite:///mlflow.db", "http://", ""] {
            let config = MlFlowConfig { uri: uri.to_owned(), ..MlFlowConfig::default() };
            assert_eq!(config.check(), Err(LogError::Address { uri: uri.to_owned() }));
        }
        assert_eq!(MlFlowConfig::default().check().is_ok(), cfg!(feature = "mlflow"));
    }
}
