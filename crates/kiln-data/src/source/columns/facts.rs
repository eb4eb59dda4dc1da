//! What is known of the columns before it is decided what they are, and what cannot be.

use crate::source::table::ColumnSurvey;

/// What was seen of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// Its name; empty for an index without one.
    pub(crate) name: &'a str,
    /// Whether it has more numbers than other texts.
    pub(crate) is_numeric: bool,
    pub(crate) survey: &'a ColumnSurvey,
}

impl Facts<'_> {
    /// Cells that are numbers.
    pub(super) fn numbers(&self) -> usize {
        self.survey.numbers.count()
    }

    /// Cells that are not missing.
    pub(super) fn cells(&self) -> usize {
        self.numbers() + self.survey.texts
    }

    /// Whether it has numbers alone, or texts among them that are mistakes: more than 95 % are numbers.
    pub(super) fn is_nearly_numeric(&self) -> bool {
        let texts = self.survey.texts;
        self.numbers() > 0 && (texts == 0 || 20 * texts < self.cells())
    }
}

/// What cannot be known from the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undecided {
    /// Whether the day or the month comes first.
    DayOrMonth { column: usize },
    /// The names of images are not the images.
    FileNames { column: usize },
    /// Several columns cannot be one class.
    SeveralClasses { targets: usize },
    /// There is nothing to predict from: these columns are left out, and why.
    NoInputs { left_out: Vec<(usize, String)> },
}
