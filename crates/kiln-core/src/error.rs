//! What an error means to the user: its kind, the remedy and the setting that it is about.

use std::borrow::Cow;

use crate::ErrorKind;

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
    /// name behind the key (`optim.group[1].lr_factor`). An error that knows only the name of the setting gives that name, and
    /// the caller that knows the section puts it in front.
    fn key(&self) -> Option<Cow<'_, str>> {
        None
    }
}
