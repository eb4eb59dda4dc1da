//! The columns of a table.

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
    Numeric(Vec<f32>),
    /// Categories, as indices into `names`; [`MISSING`] where the cell was missing.
    Categorical {
        /// One index a row.
        codes: Vec<u32>,
        /// The categories in the order of the indices.
        names: Vec<String>,
    },
}

/// The code of a missing category.
pub const MISSING: u32 = u32::MAX;

impl Values {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric(cells) => cells.len(),
            Self::Categorical { codes, .. } => codes.len(),
        }
    }

    /// A number for each cell, the same for equal cells. A missing value is a value like the others.
    ///
    /// ```
    /// use kiln_data::Values;
    ///
    /// assert_eq!(Values::Numeric(vec![2.5, 1.0, 2.5]).groups(), [1, 0, 1]);
    /// ```
    pub fn groups(self) -> Vec<u32> {
        match self {
            Self::Categorical { codes, .. } => codes,
            Self::Numeric(cells) => {
                let mut distinct: Vec<u32> = cells.iter().map(|cell| cell.to_bits()).collect();
                distinct.sort_unstable();
                distinct.dedup();
                let code = |cell: &f32| distinct.partition_point(|&known| known < cell.to_bits()) as u32;
                cells.iter().map(code).collect()
            }
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
