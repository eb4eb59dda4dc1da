//! The folder of a run: made as a whole, found by name, locked while it is in use.

mod create;
mod error;
mod find;
mod record;
mod time;

pub(crate) use create::{NewRun, RunDir, is_busy};
pub(crate) use error::RunError;
pub(crate) use find::{find, find_with, list};
pub(crate) use record::{DataRecord, RunRecord, Status, read_epochs};
pub(crate) use time::{compact, rfc3339};

/// The whole resolved configuration.
pub(crate) const CONFIG: &str = "run.toml";
/// What happened: [`RunRecord`].
pub(crate) const RECORD: &str = "run.json";
/// One line for each epoch.
pub(crate) const METRICS: &str = "metrics.jsonl";
/// Locked by the process that trains.
pub(crate) const LOCK: &str = "lock";
