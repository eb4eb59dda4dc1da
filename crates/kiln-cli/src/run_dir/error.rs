//! What can be wrong with the folder of a run.

use std::io;
use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with the folder of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RunError {
    #[error("there is no run {name:?} in {}", folder.display())]
    NotFound { name: String, folder: PathBuf, nearest: Option<String> },
    #[error("{name:?} is the beginning or a part of {} runs: {}", matches.len(), shown(matches))]
    Ambiguous { name: String, matches: Vec<String> },
    #[error("{} is not the folder of a run: it holds no run.toml", path.display())]
    NotARun { path: PathBuf },
    #[error("{} is damaged: {reason}", path.display())]
    Record { path: PathBuf, reason: String },
    #[error("{} is damaged in line {line}: {reason}", path.display())]
    Metrics { path: PathBuf, line: usize, reason: String },
    #[error("another process is using {}", path.display())]
    Busy { path: PathBuf },
    #[error("cannot {action} {}: {error}", path.display())]
    Io { action: &'static str, path: PathBuf, error: io::Error },
}

impl RunError {
    /// For `map_err`: the operating system refused to `action` `path`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { action, path, error }
    }
}

impl Explain for RunError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } | Self::Ambiguous { .. } | Self::NotARun { .. } => ErrorKind::Usage,
            Self::Record { .. } | Self::Metrics { .. } => ErrorKind::Checkpoint,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Io { .. } => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { nearest: Some(name), .. } => Some(format!("did you mean {name:?}?")),
            Self::NotFound { .. } | Self::NotARun { .. } => {
                Some("`kiln runs ls` shows the runs; --runs-dir looks elsewhere".to_owned())
            }
            Self::Ambiguous { .. } => Some("write more of the name".to_owned()),
            Self::Busy { .. } => Some("wait for it, or stop it".to_owned()),
            Self::Record { .. } | Self::Metrics { .. } | Self::Io { .. } => None,
        }
    }
}

fn shown(names: &[String]) -> String {
    let mut text = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 5 {
        text.push_str(", …");
    }
    text
}
