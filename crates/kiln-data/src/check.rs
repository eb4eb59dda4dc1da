//! Whether the parts of a data set fit together, before anything is indexed.

use crate::{Dataset, Features, Images, Target};

/// The number of rows of a data set whose inputs, targets and classes fit together.
pub(crate) fn dataset(dataset: &Dataset) -> Result<usize, Inconsistency> {
    let inputs = features(&dataset.features)?;
    let targets = target(&dataset.target)?;
    if inputs != targets {
        return Err(Inconsistency::TargetLength { inputs, targets });
    }
    weights(dataset.weights.as_deref(), inputs)?;
    if let Target::Classes { labels, names } = &dataset.target {
        for (row, &label) in labels.iter().enumerate() {
            class(row, label, names.len())?;
        }
    }
    Ok(inputs)
}

/// Whether there are as many weights as rows.
pub(crate) fn weights(weights: Option<&[f32]>, inputs: usize) -> Result<(), Inconsistency> {
    match weights {
        Some(weights) if weights.len() != inputs => {
            Err(Inconsistency::WeightLength { inputs, weights: weights.len() })
        }
        _ => Ok(()),
    }
}

/// The number of rows of inputs that fit together.
pub(crate) fn features(features: &Features) -> Result<usize, Inconsistency> {
    match features {
        Features::Images(Images { pixels, shape }) => {
            let bytes = pixels.len();
            match shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim)) {
                Some(0) => Err(Inconsistency::NoInputs),
                Some(item) if bytes.is_multiple_of(item) => Ok(bytes / item),
                item => Err(Inconsistency::ImageBytes { bytes, item: item.unwrap_or(usize::MAX) }),
            }
        }
        Features::Table(columns) => {
            let expected = columns.first().ok_or(Inconsistency::NoInputs)?.values.len();
            match columns.iter().find(|column| column.values.len() != expected) {
                None => Ok(expected),
                Some(column) => Err(Inconsistency::ColumnLength {
                    column: column.name.clone(),
                    expected,
                    found: column.values.len(),
                }),
            }
        }
    }
}

/// The number of rows of a target.
pub(crate) fn target(target: &Target) -> Result<usize, Inconsistency> {
    match target {
        Target::Classes { labels, .. } => Ok(labels.len()),
        Target::Values { values, names } if names.is_empty() || !values.len().is_multiple_of(names.len()) => {
            Err(Inconsistency::TargetLength { inputs: values.len(), targets: names.len() })
        }
        Target::Values { values, names } => Ok(values.len() / names.len()),
    }
}

/// Whether all of `asked` are below `rows`.
pub(crate) fn rows(asked: &[usize], rows: usize) -> Result<(), Inconsistency> {
    match asked.iter().find(|&&row| row >= rows) {
        None => Ok(()),
        Some(&row) => Err(Inconsistency::NoRow { row, rows }),
    }
}

/// Whether a class has a name.
pub(crate) fn class(row: usize, label: u32, classes: usize) -> Result<(), Inconsistency> {
    if (label as usize) < classes { Ok(()) } else { Err(Inconsistency::NoClass { row, label, classes }) }
}

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
