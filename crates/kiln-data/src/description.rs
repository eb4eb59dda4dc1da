//! What a data set holds, in plain values, so that a command or a program can show it.

use serde_json::Value;

/// What the inputs or the target of a data set hold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Description {
    /// In a few words: `images, 1 x 8 x 8, 8 bit`.
    pub summary: String,
    /// The memory they take, where it is worth a word.
    pub bytes: Option<u64>,
    /// The same for programs.
    pub json: Value,
    /// A line for each column or class, where there are not too many.
    pub table: Option<Table>,
}

/// A table of a [`Description`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Table {
    /// The titles of the columns that hold text, which come first.
    pub texts: Vec<&'static str>,
    /// The titles of the columns that hold numbers.
    pub numbers: Vec<&'static str>,
    /// The lines. A line may have fewer cells than there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name or a kind.
    Text(String),
    /// How many there are.
    Count(u64),
    /// A number in the units of the data; NaN where all cells are missing.
    Number(f64),
}

impl Table {
    /// A table without a line.
    pub(crate) fn new<const T: usize, const N: usize>(
        texts: [&'static str; T],
        numbers: [&'static str; N],
    ) -> Self {
        Self { texts: texts.to_vec(), numbers: numbers.to_vec(), rows: Vec::new() }
    }
}

/// The range of some numbers. It is NaN when all are missing.
pub(crate) struct Summary {
    /// How many are NaN.
    pub(crate) missing: u64,
    least: f64,
    mean: f64,
    greatest: f64,
}

impl Summary {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let (mut missing, mut present, mut sum) = (0u64, 0u64, 0.0);
        let (mut least, mut greatest) = (f64::NAN, f64::NAN);
        for value in values {
            if value.is_nan() {
                missing += 1;
                continue;
            }
            present += 1;
            sum += value;
            least = least.min(value);
            greatest = greatest.max(value);
        }
        Self { missing, least, mean: sum / present as f64, greatest }
    }

    /// Least, mean and greatest.
    pub(crate) fn cells(&self) -> [Cell; 3] {
        [self.least, self.mean, self.greatest].map(Cell::Number)
    }
}
