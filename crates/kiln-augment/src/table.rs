//! What the training part says about the features of a table.

use std::ops::Range as Span;

use kiln_data::{DataError, FeatureGroup, Rows};

use crate::{AugmentError, op};

/// What the training part says about the features.
#[derive(Debug, Clone)]
pub struct TableStatistics {
    /// The training rows, encoded, row after row.
    rows: Vec<f32>,
    width: usize,
    columns: Vec<Column>,
}

/// What an added item is made of: two items and how far it lies from the first towards the second, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Between {
    pub(crate) item: usize,
    pub(crate) neighbor: usize,
    pub(crate) step: f32,
}

/// A column of the table: a number, or several features that stand for a category.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its features in an encoded row.
    pub(crate) features: Span<usize>,
    /// Mean and standard deviation of numbers; `None` for categories.
    pub(crate) moments: Option<(f32, f64)>,
}

impl Column {
    /// Its features in an encoded row.
    pub fn features(&self) -> Span<usize> {
        self.features.clone()
    }

    /// Mean and standard deviation of the numbers in the training part; `None` for categories.
    pub fn moments(&self) -> Option<(f32, f64)> {
        self.moments
    }
}

impl TableStatistics {
    pub(crate) fn of(rows: &Rows) -> Result<Self, AugmentError> {
        let fitted = rows.fitted();
        let numbers = rows
            .input_numbers(rows.numbers())
            .map_err(|error: DataError| AugmentError::Data { message: error.to_string() })?;
        let width = fitted.input_shape().features();
        let columns = fitted.feature_groups().into_iter().map(|FeatureGroup { features, numeric }| {
            let moments = numeric.then(|| {
                let cells = numbers.iter().skip(features.start).step_by(width).map(|cell| f64::from(*cell));
                let n = (numbers.len() / width) as f64;
                let mean = cells.clone().sum::<f64>() / n;
                (mean as f32, (cells.map(|cell| (cell - mean).powi(2)).sum::<f64>() / n).sqrt())
            });
            Column { features, moments }
        });
        let columns = columns.collect();
        Ok(Self { rows: numbers, width, columns })
    }

    /// How many features a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The features of a training item, counted from 0; none of one that is not there.
    pub fn row(&self, item: usize) -> &[f32] {
        self.rows.get(item * self.width..(item + 1) * self.width).unwrap_or_default()
    }

    /// Writes the features of an item that lies between two others.
    pub(crate) fn write_between(&self, between: Between, target: &mut [f32]) {
        let Between { item, neighbor, step } = between;
        let (from, to) = (self.row(item), self.row(neighbor));
        for Column { features, moments } in &self.columns {
            let (from, to) = (&from[features.clone()], &to[features.clone()]);
            let target = &mut target[features.clone()];
            if moments.is_none() {
                target.copy_from_slice(if step < 0.5 { from } else { to });
                continue;
            }
            op::between(from, to, step, target);
        }
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many training items there are.
    pub fn items(&self) -> usize {
        self.rows.len() / self.width
    }
}
