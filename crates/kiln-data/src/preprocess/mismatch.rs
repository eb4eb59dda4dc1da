//! How data can fail to be what preprocessing was fitted on.

/// How data differs from what the preprocessing was fitted on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// A table in place of images.
    #[error("it is a table where images are expected")]
    TableForImages,
    /// Images in place of a table.
    #[error("it is images where a table is expected")]
    ImagesForTable,
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
    /// Target numbers in place of classes.
    #[error("its target is numbers where classes are expected")]
    ValuesForClasses,
    /// Classes in place of target numbers.
    #[error("its target is classes where numbers are expected")]
    ClassesForValues,
    /// Other classes or target columns.
    #[error("its targets are {found:?} where {expected:?} are expected")]
    TargetNames {
        /// The names in the training data.
        expected: Vec<String>,
        /// The names in this data.
        found: Vec<String>,
    },
}
