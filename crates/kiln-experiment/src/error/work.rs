//! What can be wrong with workers that share a search or a cross-validation.

use std::io;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with workers that share a search or a cross-validation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// A worker has ended with an error, which it has told itself.
    #[error("a worker has ended with {how}")]
    Failed {
        /// How its process ended.
        how: String,
        /// The kind that its exit code stands for.
        kind: ErrorKind,
    },
    /// Workers are lost again and again, and nothing is done in between.
    #[error(
        "{times} workers were lost one after the other, and none of them had done anything; the last {how}"
    )]
    Lost {
        /// How many.
        times: usize,
        /// How the last one ended.
        how: String,
    },
    /// The engine has no worker any more.
    #[error("{engine} has no worker left, and {left} of the work is not done")]
    NobodyLeft {
        /// The engine.
        engine: &'static str,
        /// What is not done.
        left: u64,
    },
    /// A program that an engine is made of cannot be run.
    #[error("cannot run `{}`: {error}", program.display())]
    NoProgram {
        /// The program.
        program: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A program that an engine is made of refused.
    #[error("`{program}` said: {said}")]
    Refused {
        /// The program, with what it was asked.
        program: String,
        /// What it said.
        said: String,
    },
    /// An engine that kiln does not talk to.
    #[error("kiln submits nothing to {engine}")]
    PrintOnly {
        /// The engine.
        engine: &'static str,
    },
}

impl Explain for WorkError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Failed { kind, .. } => *kind,
            Self::PrintOnly { .. } | Self::NoProgram { .. } => ErrorKind::Usage,
            Self::Lost { .. } | Self::NobodyLeft { .. } | Self::Refused { .. } => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Failed { .. } => "what it said stands above; what was done is kept",
            Self::Lost { .. } => "is there memory for so many? Give fewer workers",
            Self::NobodyLeft { .. } => {
                "what the workers said is in the folder `work` of the study; go on with --resume and --on"
            }
            Self::NoProgram { .. } => "install the engine, or take --on local",
            Self::PrintOnly { .. } => "add --print, and submit what is printed",
            Self::Refused { .. } => return None,
        };
        Some(help.to_owned())
    }
}
