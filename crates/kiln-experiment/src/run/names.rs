//! The names of the files of a run.

/// The whole resolved configuration.
pub const CONFIG: &str = "run.toml";
/// What happened: [`RunRecord`](crate::run::RunRecord).
pub const RECORD: &str = "run.json";
/// One line for each epoch.
pub const METRICS: &str = "metrics.jsonl";
/// The file that the process at work on a run has locked.
pub const LOCK: &str = "lock";
/// The folder of the checkpoints in a run.
pub const CHECKPOINTS: &str = "checkpoints";
/// The fitted preprocessing in a checkpoint.
pub const PREPROCESS: &str = "preprocess.json";
