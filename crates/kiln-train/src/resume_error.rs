//! Why a run does not go on from a checkpoint.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

use crate::change::Change;

/// Why a run does not go on from a checkpoint, or would not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The settings are not those that the checkpoint was made with.
    #[error("checkpoint {} was made with other settings: {}", path.display(), listed(changes))]
    Changed {
        /// Folder of the checkpoint.
        path: PathBuf,
        /// What is not as it was.
        changes: Vec<Change>,
    },
    /// There is no such section of settings.
    #[error("there is no setting {name:?} that could have changed")]
    UnknownSetting {
        /// What was named.
        name: String,
    },
    /// Two callbacks save their states under the same key.
    #[error("two callbacks save their states under the key {key:?}")]
    CallbackKey {
        /// The key.
        key: String,
    },
    /// What a task kept does not fit.
    #[error("the state of the task in the checkpoint does not fit: {reason}")]
    TaskState {
        /// What is wrong.
        reason: String,
    },
}

/// One after the other, at most eight of them.
fn listed(changes: &[Change]) -> String {
    const MOST: usize = 8;
    let shown = changes.iter().take(MOST).map(Change::to_string);
    let rest = changes.len().checked_sub(MOST + 1).map(|rest| format!("and {} more", rest + 1));
    shown.chain(rest).collect::<Vec<_>>().join("; ")
}

impl Explain for ResumeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::CallbackKey { .. } | Self::UnknownSetting { .. } => ErrorKind::Usage,
            Self::Changed { .. } | Self::TaskState { .. } => ErrorKind::Checkpoint,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Changed { changes, .. } => {
                let names: Vec<_> = changes.iter().map(|change| format!("{:?}", change.name)).collect();
                let names = names.join(", ");
                Some(format!(
                    "go on with the settings of the run, or say that the change is meant: `kiln resume --allow NAME`, Trainer::allow_changes([{names}])"
                ))
            }
            Self::UnknownSetting { .. } => {
                Some("name a section or a setting: schedule, optim.lr, data, callbacks".to_owned())
            }
            Self::CallbackKey { .. } => Some("name them: Trainer::callback_named".to_owned()),
            Self::TaskState { .. } => Some("resume with the task that the run was trained with".to_owned()),
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Changed { changes, .. } => changes.first().map(|change| change.name.as_str().into()),
            _ => None,
        }
    }
}
