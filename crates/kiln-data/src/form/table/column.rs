//! The columns of a table.

use super::stored::StoredColumn;
use crate::DateForm;

/// A named column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name in the header.
    pub name: String,
    /// The cells.
    pub values: Values,
}

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// Numbers; NaN where the cell was missing.
    Numeric(Vec<f64>),
    /// Categories, as indices into `names`; [`MISSING`] where the cell was missing.
    Categorical {
        /// One index a row.
        codes: Vec<u32>,
        /// The categories in the order of the indices.
        names: Vec<String>,
    },
    /// Dates.
    Dates {
        /// Days since 1970-01-01, the time of day as a fraction; NaN where the cell was missing.
        days: Vec<f64>,
        /// How they are written.
        form: DateForm,
    },
    /// Numbers or categories on disk, of a table that is too large to be held.
    Stored(StoredColumn),
}

/// The code of a missing category.
pub const MISSING: u32 = u32::MAX;

impl Values {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric(cells) => cells.len(),
            Self::Categorical { codes, .. } => codes.len(),
            Self::Dates { days, .. } => days.len(),
            Self::Stored(stored) => stored.len(),
        }
    }

    /// A number for each cell, the same for equal cells. A missing value is a value like the others. Cells on disk are
    /// [loaded](Values::loaded) before; here there are none of them.
    ///
    /// ```
    /// use kiln_data::Values;
    ///
    /// assert_eq!(Values::Numeric(vec![2.5, 1.0, 2.5]).groups(), [1, 0, 1]);
    /// ```
    pub fn groups(self) -> Vec<u32> {
        match self {
            Self::Stored(_) => Vec::new(),
            Self::Categorical { codes, .. } => codes,
            Self::Dates { days, .. } => {
                let mut distinct: Vec<u64> = days.iter().map(|day| day.to_bits()).collect();
                distinct.sort_unstable();
                distinct.dedup();
                let code = |day: &f64| distinct.partition_point(|&known| known < day.to_bits()) as u32;
                days.iter().map(code).collect()
            }
            Self::Numeric(cells) => {
                let bits: Vec<u64> = cells.iter().map(|cell| group_bits(*cell)).collect();
                let mut distinct = bits.clone();
                distinct.sort_unstable();
                distinct.dedup();
                bits.iter().map(|bits| distinct.partition_point(|known| known < bits) as u32).collect()
            }
        }
    }

    /// How many categories there are; `None` for other cells.
    pub fn categories(&self) -> Option<usize> {
        match self {
            Self::Categorical { names, .. } => Some(names.len()),
            Self::Stored(stored) => stored.names().map(<[String]>::len),
            Self::Numeric(_) | Self::Dates { .. } => None,
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The bits of a number, the same for equal ones: 0 and -0 are equal, and all missing ones are.
fn group_bits(cell: f64) -> u64 {
    if cell.is_nan() { f64::NAN.to_bits() } else { (cell + 0.0).to_bits() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_told_apart_by_all_digits() {
        let seconds = (0..6).map(|i| 1_700_000_000.0 + f64::from(i / 2)).collect();
        assert_eq!(Values::Numeric(seconds).groups(), [0, 0, 1, 1, 2, 2]);
        let milliseconds = vec![1_700_000_000_001.0, 1_700_000_000_000.0, 1_700_000_000_001.0];
        assert_eq!(Values::Numeric(milliseconds).groups(), [1, 0, 1]);
    }

    #[test]
    fn equal_cells_are_one_group_whatever_their_bits() {
        let other_nan = f64::from_bits(0xfff8_0000_0000_0001);
        let groups = Values::Numeric(vec![0.0, -0.0, f64::NAN, other_nan]).groups();
        assert_eq!((groups[0], groups[2]), (groups[1], groups[3]));
        assert_ne!(groups[0], groups[2]);
    }
}
