//! What the settings ask of the columns of a table.

use crate::{Reading, TaskKind};

/// What the settings say of columns, by their places. No column is in two lists that exclude each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// The columns to predict, at least one.
    pub(crate) targets: Vec<usize>,
    /// Whether the settings name them: otherwise it is the last column.
    pub(crate) named_targets: bool,
    pub(crate) task: Option<TaskKind>,
    pub(crate) ignored: Vec<usize>,
    pub(crate) categorical: Vec<usize>,
    pub(crate) numeric: Vec<usize>,
    pub(crate) weight: Option<usize>,
    pub(crate) group: Option<usize>,
    /// The column that names image files: they are the inputs, and no column is.
    pub(crate) files: Option<usize>,
    /// The column of texts, which are the inputs, and no other column is.
    pub(crate) text: Option<usize>,
    /// The column that says of which series a row is a step.
    pub(crate) series: Option<usize>,
    /// Whether rows are steps of series: what is predicted is input enough, and the time is none.
    pub(crate) steps: bool,
    pub(crate) time: Option<usize>,
    pub(crate) day_first: Option<bool>,
    /// By which rules.
    pub(crate) reading: Reading,
}

impl Asked {
    /// The column that takes the place of all others as inputs, and is read for itself.
    pub(crate) fn alone(&self) -> Option<usize> {
        self.files.or(self.text)
    }
}
