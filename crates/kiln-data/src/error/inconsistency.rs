//! Parts of a data set that contradict each other.

/// Parts of a data set that do not fit together. No source makes such a data set; one made by hand can be so.
/// Rows are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Inconsistency {
    /// The inputs have no column, or their images have no pixel.
    #[error("there are no inputs to predict from")]
    NoInputs,
    /// The columns of a table differ in length.
    #[error("column {column:?} has {found} cells where {expected} rows are expected")]
    ColumnLength {
        /// The name of the column.
        column: String,
        /// Rows of the columns before it.
        expected: usize,
        /// Cells of this column.
        found: usize,
    },
    /// The pixels are not a whole number of images.
    #[error("{bytes} bytes are not a whole number of images of {item} bytes")]
    ImageBytes {
        /// How many bytes there are.
        bytes: usize,
        /// Bytes of one image.
        item: usize,
    },
    /// The ends of token sequences fall somewhere, or the last one is not the end of the ids.
    #[error(
        "the ends of the token sequences must rise to {ids}, the number of ids, but the last one is {last}"
    )]
    SequenceEnds {
        /// How many ids there are.
        ids: usize,
        /// The last end.
        last: usize,
    },
    /// A token that the vocabulary does not have.
    #[error("row {row} has token {id}, but there are {vocabulary} tokens, counted from 0")]
    NoToken {
        /// The row.
        row: usize,
        /// Its token.
        id: u32,
        /// How many there are.
        vocabulary: usize,
    },
    /// The numbers of a time series are no whole steps.
    #[error("series {row} has {numbers} numbers, which are no whole steps of {channels} channels")]
    SeriesLength {
        /// The row.
        row: usize,
        /// Its numbers.
        numbers: usize,
        /// Numbers of a step.
        channels: usize,
    },
    /// Inputs and targets differ in length.
    #[error("there are {inputs} rows of inputs, but {targets} of targets")]
    TargetLength {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the target.
        targets: usize,
    },
    /// Inputs and weights differ in length.
    #[error("there are {inputs} rows of inputs, but {weights} weights")]
    WeightLength {
        /// Rows of the inputs.
        inputs: usize,
        /// Number of weights.
        weights: usize,
    },
    /// Inputs, and groups or times of the rows, differ in length.
    #[error("there are {inputs} rows of inputs, but groups or times of {found}")]
    ArrangementLength {
        /// Rows of the inputs.
        inputs: usize,
        /// Number of groups or times.
        found: usize,
    },
    /// A row that is not there.
    #[error("row {row} was asked for, but there are {rows} rows, counted from 0")]
    NoRow {
        /// The row asked for.
        row: usize,
        /// How many there are.
        rows: usize,
    },
    /// A class that has no name.
    #[error("row {row} has class {label}, but there are {classes} classes, counted from 0")]
    NoClass {
        /// The row.
        row: usize,
        /// Its class.
        label: u32,
        /// How many classes have a name.
        classes: usize,
    },
    /// A category that has no name.
    #[error("row {row} of column {column:?} has category {code}, but there are {categories}, counted from 0")]
    NoCategory {
        /// The name of the column.
        column: String,
        /// The row.
        row: usize,
        /// Its code.
        code: u32,
        /// How many categories have a name.
        categories: usize,
    },
}
