//! What can be wrong with a store.

use std::io::{self, ErrorKind as IoKind};
use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} {}: {error}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file of the store cannot be understood.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused, or does not answer.
    #[error("cannot {action} the database {place}: {reason}")]
    Database {
        /// What was tried, as a verb.
        action: &'static str,
        /// The database, without a password.
        place: String,
        /// What it said.
        reason: String,
        /// Whether it may be otherwise in a moment.
        passing: bool,
    },
    /// A build without the feature `postgres`.
    #[error("{place} is a database, and this kiln was built without the feature `postgres`")]
    NoPostgres {
        /// The database.
        place: String,
    },
    /// What is no place for a store.
    #[error("{text:?} is no place for a store")]
    Place {
        /// What was given.
        text: String,
    },
    /// A number that is too small.
    #[error("a lease of {seconds} s is too short: at least {least} s")]
    Lease {
        /// Seconds that were asked for.
        seconds: f64,
        /// The least that is taken.
        least: f64,
    },
}

impl StoreError {
    /// For `map_err`: the operating system refused to `action` `path`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { action, path, error }
    }

    /// Whether it may be otherwise in a moment: a server that is started again, a connection that is cut.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Io { error, .. } => matches!(
                error.kind(),
                IoKind::StaleNetworkFileHandle
                    | IoKind::TimedOut
                    | IoKind::Interrupted
                    | IoKind::HostUnreachable
                    | IoKind::NetworkUnreachable
                    | IoKind::NetworkDown
            ),
            Self::Database { passing, .. } => *passing,
            _ => false,
        }
    }
}

impl Explain for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { .. } | Self::Database { .. } => ErrorKind::Io,
            Self::Damaged { .. } => ErrorKind::Checkpoint,
            Self::NoPostgres { .. } | Self::Place { .. } | Self::Lease { .. } => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Io { action: "link", .. } => {
                "a store needs a file system with hard links, as local disks, NFS, Lustre and GPFS are; give the \
                 folder of runs another place with --runs-dir, or the store a database with --store postgres://…"
            }
            Self::Database { passing: true, .. } => {
                "is the server there? What was done is kept: start the workers again when it is"
            }
            Self::Database { .. } => {
                "--store postgres://USER@HOST:PORT/DATABASE names it; the password comes from PGPASSWORD"
            }
            Self::NoPostgres { .. } => "build it with --features postgres, or use the folder of the study",
            Self::Place { .. } => {
                "write folder, or postgres://USER@HOST:PORT/DATABASE; the password comes from PGPASSWORD"
            }
            Self::Lease { .. } => "a lease lasts longer than a file system may show old files: 60 s on NFS",
            Self::Damaged { .. } => "move it away: what it was about is taken again",
            Self::Io { .. } => return None,
        };
        Some(help.to_owned())
    }
}
