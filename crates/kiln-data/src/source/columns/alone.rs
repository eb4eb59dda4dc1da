//! A column that is read for itself.

/// A column that takes the place of all others as inputs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Alone<'a> {
    /// It names image files.
    Files(&'a str),
    /// It holds texts.
    Text(&'a str),
}

impl Alone<'_> {
    /// The name of a column of files.
    pub(super) fn files(alone: Option<Self>) -> Option<String> {
        if let Some(Self::Files(name)) = alone { Some(name.to_owned()) } else { None }
    }

    /// The name of a column of texts.
    pub(super) fn text(alone: Option<Self>) -> Option<String> {
        if let Some(Self::Text(name)) = alone { Some(name.to_owned()) } else { None }
    }
}
