//! What a run is: a folder that appears as a whole, is found by name, and is locked while a process is at work on it.

mod decision;
mod ensemble;
mod find;
mod fingerprint;
mod folder;
mod kind;
mod names;
mod own_file;
mod record;
mod slug;
mod time;

pub use decision::{KeptDecision, KeptThreshold};
pub use ensemble::{ENSEMBLE, EnsembleMember, EnsembleRecord, is_ensemble};
pub use find::{find, find_with, list};
pub(crate) use fingerprint::tokenizer_print;
pub use folder::{NewRun, RunFolder, is_busy};
pub use kind::{CV, FolderKind, find_any, find_watched, is_cross_validation, refuse_fold};
pub(crate) use names::{ALPHABET, COMPARISON, CURVE, PATH, PROGRESS, STUDY, holdout};
pub use names::{
    CHECKPOINTS, CONFIG, DECISION, HOLDOUT, INTERVALS, LOCK, METRICS, PREPROCESS, RECORD, SAMPLES, SETTINGS,
    newest_training,
};
pub use own_file::is_own_file;
pub use record::{DataRecord, RunRecord, Status, read_epochs};
pub use slug::slug;
pub use time::{compact, rfc3339};
