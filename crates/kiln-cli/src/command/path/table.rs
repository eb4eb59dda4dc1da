//! Rows of a data set as a matrix, with what is fitted fitted on some of them.

use kiln_convex::Design;
use kiln_data::{Dataset, Fitted, Preprocess, Split, Target};
use kiln_validate::path::PathError;

use crate::error::CliError;

/// A data set with one column of numbers to predict.
#[derive(Debug)]
pub(super) struct Table<'a> {
    dataset: &'a Dataset,
    target: &'a str,
    values: &'a [f32],
    preprocess: Preprocess,
}

/// The table, with preprocessing that was fitted.
#[derive(Debug)]
pub(super) struct FittedTable<'a> {
    table: &'a Table<'a>,
    split: Split,
    fitted: Fitted,
}

impl<'a> Table<'a> {
    pub(super) fn new(dataset: &'a Dataset, preprocess: Preprocess) -> Result<Self, CliError> {
        let target = match &dataset.target {
            Target::Values { values, names } => match names.as_slice() {
                [target] => return Ok(Self { dataset, target, values, preprocess }),
                names => format!("{} columns", names.len()),
            },
            Target::Classes { names, .. } => format!("{} classes", names.len()),
        };
        Err(CliError::PathTarget { target })
    }

    /// The name of what is predicted.
    pub(super) fn target(&self) -> &str {
        self.target
    }

    /// Fits preprocessing on `rows`, which rise.
    pub(super) fn fit(&'a self, rows: &[usize]) -> Result<FittedTable<'a>, CliError> {
        let split = Split { train: rows.to_vec(), validation: Vec::new(), test: Vec::new() };
        let fitted = self.preprocess.fit(&split.train_view(self.dataset))?;
        Ok(FittedTable { table: self, split, fitted })
    }
}

impl FittedTable<'_> {
    /// What each column of the matrix is.
    pub(super) fn features(&self) -> Vec<String> {
        let width = self.fitted.input_shape().features();
        self.fitted.feature_names().unwrap_or_else(|| (0..width).map(|i| format!("pixel {i}")).collect())
    }

    /// The matrix of the rows that were fitted on, and what is to be predicted, in the units of the data.
    pub(super) fn train(&self) -> Result<(Design, Vec<f64>), CliError> {
        let (view, rows) = (self.split.train_view(self.table.dataset), &self.split.train);
        self.matrix(&self.fitted.train_numbers(&view, rows)?, rows)
    }

    /// The same of other rows.
    pub(super) fn rows(&self, rows: &[usize]) -> Result<(Design, Vec<f64>), CliError> {
        self.matrix(&self.fitted.input_numbers(&self.table.dataset.features, rows)?, rows)
    }

    fn matrix(&self, numbers: &[f32], rows: &[usize]) -> Result<(Design, Vec<f64>), CliError> {
        let flat: Vec<f64> = numbers.iter().map(|number| f64::from(*number)).collect();
        let x = Design::new(&flat, rows.len(), flat.len() / rows.len().max(1)).map_err(PathError::from)?;
        Ok((x, rows.iter().map(|row| f64::from(self.table.values[*row])).collect()))
    }
}
