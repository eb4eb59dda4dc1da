//! Rows of a data set as a matrix, with what is fitted fitted on some of them.

use kiln_convex::Design;
use kiln_data::{Dataset, Fitted, Preprocess, Split, Target};
use kiln_validate::path::PathError;

use crate::error::{ExperimentError, NoPath};

/// What is predicted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// A number for each row of the data.
    Numbers { values: &'a [f64], name: &'a str },
    /// A class for each row of the data.
    Classes { labels: &'a [u32], names: &'a [String] },
}

/// A data set with one thing to predict.
#[derive(Debug)]
pub(super) struct PathTable<'a> {
    dataset: &'a Dataset,
    wanted: Wanted<'a>,
    preprocess: Preprocess,
}

/// The table, with preprocessing that was fitted.
#[derive(Debug)]
pub(super) struct FittedTable<'a> {
    table: &'a PathTable<'a>,
    split: Split,
    fitted: Fitted,
}

impl<'a> PathTable<'a> {
    pub(super) fn new(dataset: &'a Dataset, preprocess: Preprocess) -> Result<Self, ExperimentError> {
        let wanted = match &dataset.target {
            Target::Values { values, names } => match names.as_slice() {
                [name] => Wanted::Numbers { values, name },
                names => {
                    let target = format!("{} columns of numbers", names.len());
                    return Err(NoPath::Target { target }.into());
                }
            },
            Target::Classes { labels, names } => Wanted::Classes { labels, names },
            other => return Err(NoPath::Target { target: other.noun().to_owned() }.into()),
        };
        Ok(Self { dataset, wanted, preprocess })
    }

    /// What is predicted.
    pub(super) fn wanted(&self) -> Wanted<'a> {
        self.wanted
    }

    /// Fits preprocessing on `rows`, which rise.
    pub(super) fn fit(&'a self, rows: &[usize]) -> Result<FittedTable<'a>, ExperimentError> {
        let split = Split { train: rows.to_vec(), ..Split::default() };
        let fitted = self.preprocess.fit(&split.train_view(self.dataset))?;
        Ok(FittedTable { table: self, split, fitted })
    }
}

impl FittedTable<'_> {
    /// What was fitted.
    pub(super) fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    /// What each column of the matrix is.
    pub(super) fn features(&self) -> Vec<String> {
        let width = self.fitted.input_shape().features();
        self.fitted.feature_names().unwrap_or_else(|| (0..width).map(|i| format!("pixel {i}")).collect())
    }

    /// The matrix of the rows that were fitted on.
    pub(super) fn train(&self) -> Result<Design, ExperimentError> {
        let (view, rows) = (self.split.train_view(self.table.dataset), &self.split.train);
        matrix(&self.fitted.train_numbers(&view, rows)?, rows.len())
    }

    /// The same of other rows.
    pub(super) fn rows(&self, rows: &[usize]) -> Result<Design, ExperimentError> {
        matrix(&self.fitted.input_numbers(&self.table.dataset.features, rows)?, rows.len())
    }
}

fn matrix(numbers: &[f32], rows: usize) -> Result<Design, ExperimentError> {
    let flat: Vec<f64> = numbers.iter().map(|number| f64::from(*number)).collect();
    Ok(Design::new(&flat, rows, flat.len() / rows.max(1)).map_err(PathError::from)?)
}
