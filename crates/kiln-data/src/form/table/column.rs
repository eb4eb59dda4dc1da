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

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
