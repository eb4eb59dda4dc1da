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

pub use config::MlFlowConfig;
pub(crate) use tracked::Tracked;
