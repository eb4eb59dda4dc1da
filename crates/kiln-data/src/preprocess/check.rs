//! Whether the parts of a data set fit together, before anything is indexed.

use crate::{DataError, Dataset, Features, Images, Target};

/// The number of rows of a data set whose inputs, targets and classes fit together.
pub(crate) fn dataset(dataset: &Dataset) -> Result<usize, DataError> {
    let inputs = features(&dataset.features)?;
    let targets = target(&dataset.target)?;
    if inputs != targets {
        return Err(DataError::TargetLength { inputs, targets });
    }
    if let Target::Classes { labels, names } = &dataset.target {
        for (row, &label) in labels.iter().enumerate() {
            class(row, label, names.len())?;
        }
    }
    Ok(inputs)
}

/// The number of rows of inputs that fit together.
pub(crate) fn features(features: &Features) -> Result<usize, DataError> {
    match features {
        Features::Images(Images { pixels, shape }) => {
            let bytes = pixels.len();
            match shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim)) {
                Some(0) => Err(DataError::NoInputs),
                Some(item) if bytes.is_multiple_of(item) => Ok(bytes / item),
                item => Err(DataError::ImageBytes { bytes, item: item.unwrap_or(usize::MAX) }),
            }
        }
        Features::Table(columns) => {
            let expected = columns.first().ok_or(DataError::NoInputs)?.values.len();
            match columns.iter().find(|column| column.values.len() != expected) {
                None => Ok(expected),
                Some(column) => Err(DataError::ColumnLength {
                    column: column.name.clone(),
                    expected,
                    found: column.values.len(),
                }),
            }
        }
    }
}

/// The number of rows of a target.
pub(crate) fn target(target: &Target) -> Result<usize, DataError> {
    match target {
        Target::Classes { labels, .. } => Ok(labels.len()),
        Target::Values { values, names } if names.is_empty() || !values.len().is_multiple_of(names.len()) => {
            Err(DataError::TargetLength { inputs: values.len(), targets: names.len() })
        }
        Target::Values { values, names } => Ok(values.len() / names.len()),
    }
}

/// Whether all of `asked` are below `rows`.
pub(crate) fn rows(asked: &[usize], rows: usize) -> Result<(), DataError> {
    match asked.iter().find(|&&row| row >= rows) {
        None => Ok(()),
        Some(&row) => Err(DataError::NoRow { row, rows }),
    }
}

/// Whether a class has a name.
pub(crate) fn class(row: usize, label: u32, classes: usize) -> Result<(), DataError> {
    if (label as usize) < classes { Ok(()) } else { Err(DataError::NoClass { row, label, classes }) }
}
