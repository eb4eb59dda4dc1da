//! What the process that leads a cross-validation and its workers say to each other: numbers of folds one way, one line of
//! JSON for each the other way.

use serde::{Deserialize, Serialize};

/// The order that ends the running fold early.
pub const STOP: &str = "stop";

/// What is answered for a fold, after its events, as one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Reply {
    /// The fold is done, and its record is there.
    Done {
        /// The most bytes that the worker has held.
        peak_rss_bytes: Option<u64>,
    },
    /// The worker was asked to stop.
    Stopped,
    /// What kept the fold from its end.
    Failed {
        /// The exit code that stands for the kind of the error.
        code: u8,
        /// The message of the error.
        message: String,
        /// Its help.
        help: Option<String>,
    },
}

impl Reply {
    /// How the line of a reply begins; no event does.
    pub(super) const START: &str = r#"{"reply":"#;
}
