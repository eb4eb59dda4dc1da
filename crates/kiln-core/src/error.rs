//! What an error means to whoever started the program: the exit code, the remedy and the setting it is about.

use std::borrow::Cow;

/// The kind of a failure, which is also the exit code of the command `kiln`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A bug in kiln or in a library below it (exit code 1).
    Internal,
    /// Wrong usage or configuration, or a device that is not there (2).
    Usage,
    /// Data that is missing or malformed (3).
    Data,
    /// Training diverged: a loss or weight became NaN or infinite (4).
    Diverged,
    /// A checkpoint is damaged or does not fit (5).
    Checkpoint,
    /// Another process is using the run (6).
    Busy,
    /// The operating system refused to read or write (7).
    Io,
}

impl ErrorKind {
    /// The exit code of the command `kiln` for this kind.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Data => 3,
            Self::Diverged => 4,
            Self::Checkpoint => 5,
            Self::Busy => 6,
            Self::Io => 7,
        }
    }
}

/// An error that says what kind it is and what to do about it.
///
/// ```
/// use kiln_core::{ErrorKind, Explain, Range};
///
/// let error = Range::at_least(0.0).check("lr", -1.0).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Usage);
/// assert_eq!(error.key().as_deref(), Some("lr"));
/// assert_eq!(error.to_string(), "lr is -1, it must be at least 0");
/// ```
pub trait Explain: std::error::Error {
    /// The kind, which decides the exit code.
    fn kind(&self) -> ErrorKind;
    /// What the user can do, as an imperative sentence without a full stop, where something is known.
    fn help(&self) -> Option<String> {
        None
    }
    /// The setting that the error is about, as a dotted key: `optim.lr`, `penalty.0.strength`.
    ///
    /// It comes from the fields of the error, never from the text of its message. A part of a setting has its index or
    /// name behind the key (`optim.group[1].lr_factor`). An error that knows only the name of the setting gives that name;
    /// whoever knows the section puts it before.
    fn key(&self) -> Option<Cow<'_, str>> {
        None
    }
}
