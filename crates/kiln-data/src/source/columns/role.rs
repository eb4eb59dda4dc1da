//! What the columns of a table are, and for whom.

use serde::Serialize;

use crate::DateForm;

/// What a column of a table is, or what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColumnRole {
    /// It is predicted.
    Target,
    /// What each row counts.
    Weight,
    /// Which rows stay together in a split.
    Group,
    /// It names the image files that are the inputs.
    Files,
    /// It holds the texts that are the inputs.
    Text,
    /// It says of which time series a row is a step.
    Series,
    /// An input of numbers.
    Numbers,
    /// An input of categories.
    Categories,
    /// An input of a yes and no, in upper or lower case: two categories.
    Booleans,
    /// An input of dates.
    Dates,
    /// It is not used.
    LeftOut,
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// Not at all.
    Skip,
    /// As numbers.
    Numbers,
    /// As categories.
    Categories,
    /// As categories in which case does not count.
    Booleans,
    /// As dates.
    Dates(DateForm),
    /// As classes, whose names are the texts.
    Classes,
    /// As classes, whose names are the numbers that the texts are: `1`, `1.0` and `01` are one.
    NumberClasses,
    /// As labels with `|` between them.
    Labels,
    /// As groups that are too many for categories: equal texts are one.
    Groups,
}

/// A column that is decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub(crate) role: ColumnRole,
    pub(crate) read: Read,
    /// Why, where it is not plain.
    pub(crate) why: Option<String>,
}

impl Assigned {
    pub(crate) fn new(role: ColumnRole, read: Read) -> Self {
        Self { role, read, why: None }
    }

    pub(crate) fn left_out(why: impl Into<String>) -> Self {
        Self { role: ColumnRole::LeftOut, read: Read::Skip, why: Some(why.into()) }
    }
}
