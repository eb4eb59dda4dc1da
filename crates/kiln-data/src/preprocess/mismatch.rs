//! How data can fail to be what preprocessing was fitted on.

/// How data differs from what the preprocessing was fitted on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// Inputs of another form, such as images in place of a table.
    #[error("its inputs are {found}, not {expected}")]
    Inputs {
        /// The form of the training data: `a table`.
        expected: &'static str,
        /// The form of this data.
        found: &'static str,
    },
    /// Images of another size.
    #[error("its images are {found:?} where {expected:?} is expected (channels, height, width)")]
    ImageShape {
        /// `[channels, height, width]` of the training data.
        expected: [usize; 3],
        /// `[channels, height, width]` of this data.
        found: [usize; 3],
    },
    /// More or fewer columns.
    #[error("it has {found} input columns where {expected} are expected")]
    Columns {
        /// Columns of the training data.
        expected: usize,
        /// Columns of this data.
        found: usize,
    },
    /// Another column at a position.
    #[error("column {} is {found:?} where {expected:?} is expected", .index + 1)]
    ColumnName {
        /// The position, from 0.
        index: usize,
        /// The name in the training data.
        expected: String,
        /// The name in this data.
        found: String,
    },
    /// Words in place of numbers.
    #[error("column {column:?} holds categories where numbers are expected")]
    CategoriesForNumbers {
        /// The name of the column.
        column: String,
    },
    /// Numbers in place of words.
    #[error("column {column:?} holds numbers where categories are expected")]
    NumbersForCategories {
        /// The name of the column.
        column: String,
    },
    /// Dates, or none, in place of the other.
    #[error("column {column:?} holds {}", if *expected { "something else where dates are expected" } else { "dates where none are expected" })]
    Dates {
        /// The name of the column.
        column: String,
        /// Whether the training data has dates.
        expected: bool,
    },
    /// Token sequences of another vocabulary.
    #[error("its vocabulary has {found} tokens where {expected} are expected")]
    Vocabulary {
        /// Tokens that the training data can have.
        expected: usize,
        /// Tokens that this data can have.
        found: usize,
    },
    /// A target of another kind, such as numbers in place of classes.
    #[error("its target is {found}, not {expected}")]
    Target {
        /// The kind of the training data: `classes`.
        expected: &'static str,
        /// The kind of this data.
        found: &'static str,
    },
    /// Other classes or target columns.
    #[error("its targets are {found:?} where {expected:?} are expected")]
    TargetNames {
        /// The names in the training data.
        expected: Vec<String>,
        /// The names in this data.
        found: Vec<String>,
    },
}
