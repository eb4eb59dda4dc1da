//! The metrics of a training for an MLflow server.
//!
//! `api.rs` has its calls, `message.rs` what is said of an epoch and a run, `sender.rs` the thread that says it. Training never waits
//! for the server but for a moment at its beginning and its end.

#[cfg(feature = "mlflow")]
mod api;
mod config;
#[cfg(feature = "mlflow")]
mod message;
#[cfg(feature = "mlflow")]
mod sender;
#[cfg(feature = "mlflow")]
mod tracked;
#[cfg(not(feature = "mlflow"))]
#[path = "absent.rs"]
mod tracked;

use std::path::Path;

use kiln_config::{RunConfig, leaves, literal};

pub use config::MlFlowConfig;
pub(crate) use tracked::Tracked;

use super::LogKind;
use crate::error::ExperimentError;
use crate::observer::{Event, Observer, tell};
use crate::run::RunRecord;
use crate::session::Session;

impl Tracked {
    /// Tells the server of a run that begins or goes on, where the session wants that.
    ///
    /// # Errors
    /// What the observer says. A server that is away is a warning.
    pub(crate) fn of_session(
        session: &Session,
        run: &Path,
        record: &RunRecord,
        config: &RunConfig,
        observer: &dyn Observer,
    ) -> Result<Option<Self>, ExperimentError> {
        if !session.logs.contains(&LogKind::MlFlow) {
            return Ok(None);
        }
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => text,
            other => literal(&other),
        };
        let settings = leaves(config).into_iter().map(|(key, value)| (key, text(value))).collect();
        let (tracked, warning) = Self::open(&session.mlflow, run, record, settings);
        warning.iter().try_for_each(|warning| tell(observer, &Event::Warning(warning)))?;
        Ok(tracked)
    }
}
