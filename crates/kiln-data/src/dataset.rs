//! A data set in memory: features as they were read, and what is to be predicted.

/// A data set in memory. 8-bit images stay 8-bit, columns stay columns: nothing is scaled or encoded here,
/// because whatever is fitted is fitted on the training part only (see [`crate::preprocess`]).
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What it is called in reports: `digits`, `train.csv`.
    pub name: String,
    /// What a prediction is made from, one row an item.
    pub features: Features,
    /// What is to be predicted, one row an item.
    pub target: Target,
    /// What each item counts in losses and metrics, finite and not negative; `None`: all the same.
    pub weights: Option<Vec<f32>>,
    /// Rows of the test part that the source fixes, in rising order; empty when it fixes none.
    pub fixed_test: Vec<usize>,
    /// BLAKE3 of the contents, in hexadecimal: two data sets with the same fingerprint train the same model.
    pub fingerprint: String,
}

/// The inputs of a data set.
#[derive(Debug, Clone, PartialEq)]
pub enum Features {
    /// 8-bit images of one size.
    Images(Images),
    /// Named columns of one length.
    Table(Vec<Column>),
}

/// 8-bit images: `pixels` holds `[n, channels, height, width]`, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// All pixels, `n · channels · height · width` bytes.
    pub pixels: Vec<u8>,
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
}

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

/// What is to be predicted.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// One class an item.
    Classes {
        /// Indices into `names`.
        labels: Vec<u32>,
        /// Names of the classes.
        names: Vec<String>,
    },
    /// One or more numbers an item.
    Values {
        /// Row-major, `n · names.len()`.
        values: Vec<f32>,
        /// Names of the target columns.
        names: Vec<String>,
    },
}

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
