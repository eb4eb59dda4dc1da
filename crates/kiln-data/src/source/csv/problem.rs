//! What can be wrong with a CSV file.

mod remedy;
mod words;

use words::{counted, left_out_of};

/// What is wrong with a CSV file. Rows count from 1 below the header; lines are in the error's
/// [`crate::FilePosition`], because a quoted cell may span several.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvProblem {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has a header and no rows")]
    NoRows,
    /// Not one row for each of training, validation and test.
    #[error("the file has {}, at least {min} are needed", counted(*rows, "row"))]
    TooFewRows {
        /// Rows below the header.
        rows: usize,
        /// The least number.
        min: usize,
    },
    /// More columns than kiln reads.
    #[error("there are more than {limit} columns")]
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
    /// One row is so long that it cannot be meant.
    #[error("the row that begins here is longer than {limit} bytes")]
    LongRow {
        /// The limit.
        limit: usize,
    },
    /// A quote that opens and does not close.
    #[error("a quoted cell that begins in this row never ends")]
    OpenQuote,
    /// A column without a name.
    #[error("column {number} has no name")]
    EmptyName {
        /// Its number, from 1.
        number: usize,
    },
    /// Two columns of one name.
    #[error("columns {first} and {number} are both called {name:?}")]
    DuplicateName {
        /// The name.
        name: String,
        /// Number of the first, from 1.
        first: usize,
        /// Number of the second, from 1.
        number: usize,
    },
    /// The first line holds numbers.
    #[error("the first line must name the columns, but {text:?} is a number")]
    HeaderIsData {
        /// The first cell with a fraction.
        text: String,
    },
    /// A row of another length than the header.
    #[error("row {row} has {}, the header has {expected}", counted(*found, "cell"))]
    Ragged {
        /// The row.
        row: usize,
        /// Its number of cells.
        found: usize,
        /// The number of columns.
        expected: usize,
        /// Whether the row spans several lines, as it does after a stray quote.
        several_lines: bool,
    },
    /// Bytes that are not UTF-8, in a file that has letters in UTF-8.
    #[error("{cell} is not UTF-8 text")]
    Encoding {
        /// The cell.
        cell: Cell,
    },
    /// A byte that no text has.
    #[error("this is not text: there is a zero byte in the line")]
    NotText,
    /// The file is compressed in a way that this build cannot read.
    #[error("the file is compressed with {packing}, which this build of kiln cannot read")]
    Packed {
        /// The name of the format.
        packing: &'static str,
    },
    /// The text is in an encoding that this build cannot read.
    #[error("the file is in {encoding}, which this build of kiln cannot read")]
    Encoded {
        /// The name of the encoding.
        encoding: &'static str,
    },
    /// Compressed or encoded contents that cannot be read.
    #[error("the file is not whole: {reason} ({what})")]
    Damaged {
        /// The name of the format.
        what: &'static str,
        /// What its reader says.
        reason: String,
    },
    /// A text in a column of numbers.
    #[error("{cell} is {text:?}, not a number")]
    NotANumber {
        /// The cell.
        cell: Cell,
        /// Its text.
        text: String,
    },
    /// A number that 64-bit floating point cannot hold.
    #[error("{cell} is {text:?}, not a finite number")]
    NotFinite {
        /// The cell.
        cell: Cell,
        /// Its text.
        text: String,
    },
    /// A number with a decimal comma in a column of decimal points.
    #[error("{cell} is {text:?}, a number with a decimal comma, where others have a decimal point")]
    DecimalComma {
        /// The cell.
        cell: Cell,
        /// Its text.
        text: String,
    },
    /// A number with a decimal point in a column of decimal commas.
    #[error("{cell} is {text:?}, a number with a decimal point, where others have a decimal comma")]
    DecimalPoint {
        /// The cell.
        cell: Cell,
        /// Its text.
        text: String,
    },
    /// A column that is asked for is not there.
    #[error("there is no column {column:?}")]
    NoColumn {
        /// The column.
        column: String,
        /// The column that is most like it.
        nearest: Option<String>,
    },
    /// The target is not known.
    #[error("{cell} is missing, and it is the target")]
    MissingTarget {
        /// The cell.
        cell: Cell,
    },
    /// What a row counts is not known.
    #[error("{cell} is missing, and it is the weight of the row")]
    MissingWeight {
        /// The cell.
        cell: Cell,
    },
    /// A row that would count less than nothing.
    #[error("{cell} is {text}, and a weight must not be negative")]
    NegativeWeight {
        /// The cell.
        cell: Cell,
        /// Its text.
        text: String,
    },
    /// A text column has too many different values for categories, such as names or identifiers.
    #[error("column {column:?} has more than {limit} different texts, too many for categories")]
    TooManyCategories {
        /// The column.
        column: String,
        /// The limit.
        limit: usize,
    },
    /// A column where every cell is missing.
    #[error("column {column:?} has no value in any row")]
    NoValues {
        /// The column.
        column: String,
    },
    /// Nothing but the target.
    #[error("there is no column to predict from{}", left_out_of(left_out))]
    NoFeatures {
        /// The columns that are left out, and why.
        left_out: Vec<String>,
    },
    /// Rows without a target were left out, and too few are left.
    #[error("{rows} of {} rows have a target, at least {min} are needed", rows + skipped)]
    TooFewTargets {
        /// Rows that have one.
        rows: usize,
        /// Those that were left out.
        skipped: usize,
        /// The least number.
        min: usize,
    },
    /// Where a row stands in time is not known.
    #[error("{cell} is missing, and it orders the rows (data.time)")]
    MissingTime {
        /// The cell.
        cell: Cell,
    },
    /// A text in a column of dates.
    #[error("{cell} is {text:?}, and no date with the {form}, as others of the column are")]
    NotADate {
        /// The cell.
        cell: Cell,
        /// Its text.
        text: String,
        /// What the dates of the column begin with: `year first`, `day first`, `month first`, `month by name`.
        form: &'static str,
    },
    /// A column of dates that are written in another way than expected.
    #[error("column {column:?} does not hold dates with the {form} alone")]
    OtherDates {
        /// The column.
        column: String,
        /// What the dates expected begin with.
        form: &'static str,
    },
    /// Dates whose day and month could be each other.
    #[error(
        "column {column:?} holds dates such as {text}, and nothing tells whether that is in {month_first} or in {day_first}"
    )]
    DayOrMonth {
        /// The column.
        column: String,
        /// Such a date.
        text: String,
        /// Its month if the day comes first.
        day_first: &'static str,
        /// Its month if the month comes first.
        month_first: &'static str,
    },
    /// A column of names of image files.
    #[error("{cell} is {text:?}: the column holds the names of images, not what is in them")]
    FileNames {
        /// The first such cell.
        cell: Cell,
        /// Its text.
        text: String,
        /// The column.
        column: String,
    },
    /// A file of more rows lacks a column of the first.
    #[error("there is no column {column:?}, which the file of data.path has")]
    NoSuchColumn {
        /// The column.
        column: String,
        /// The column that is most like it.
        nearest: Option<String>,
    },
    /// A column that the model was trained with is not there.
    #[error("there is no column {column:?}, which the model was trained with")]
    MissingColumn {
        /// The column.
        column: String,
        /// The column that is most like it.
        nearest: Option<String>,
    },
}

/// A cell in words: `row 3, column "age"`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// The row, from 1 below the header; 0 is the header.
    pub row: usize,
    /// The name of the column, or its number (from 1) where names are not known yet.
    pub column: String,
}

/// A cell in words.
pub(crate) fn cell(row: usize, column: &str) -> Cell {
    Cell { row, column: column.to_owned() }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.row {
            0 => write!(f, "column {} of the header", self.column),
            row => write!(f, "row {row}, column {:?}", self.column),
        }
    }
}
