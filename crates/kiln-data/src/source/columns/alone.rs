//! A column that is read for itself.

/// A column that is not one of the inputs, and takes the place of all others as inputs where it names files or holds texts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Alone<'a> {
    /// It names image files.
    Files(&'a str),
    /// It holds texts.
    Text(&'a str),
    /// It says of which series a row is a step; without it all rows are of one. The other columns stay inputs, but for the time.
    Series(Option<&'a str>),
}

impl Alone<'_> {
    /// The name of a column of files.
    pub(super) fn files(alone: Option<Self>) -> Option<String> {
        if let Some(Self::Files(name)) = alone { Some(name.to_owned()) } else { None }
    }

    /// The name of a column of series.
    pub(super) fn series(alone: Option<Self>) -> Option<String> {
        if let Some(Self::Series(name)) = alone { name.map(str::to_owned) } else { None }
    }

    /// Whether rows are steps of series.
    pub(super) fn is_steps(alone: Option<Self>) -> bool {
        matches!(alone, Some(Self::Series(_)))
    }

    /// The name of a column of texts.
    pub(super) fn text(alone: Option<Self>) -> Option<String> {
        if let Some(Self::Text(name)) = alone { Some(name.to_owned()) } else { None }
    }
}
