//! Rows of a data set as a source of batches.

use std::sync::Arc;

use burn::tensor::Device;

use super::Source;
use crate::{Batch, DataError, Dataset, Fitted, Inconsistency};

/// Some rows of a data set, such as the training part, preprocessed.
#[derive(Clone)]
pub struct Rows {
    data: Arc<Dataset>,
    rows: Vec<usize>,
    fitted: Arc<Fitted>,
}

impl Rows {
    /// Item `i` is row `rows[i]` of `data`.
    pub fn new(data: Arc<Dataset>, rows: Vec<usize>, fitted: Arc<Fitted>) -> Self {
        Self { data, rows, fitted }
    }

    /// The data set that the rows are of.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.data
    }

    /// The rows of [`Rows::dataset`], one an item.
    pub fn numbers(&self) -> &[usize] {
        &self.rows
    }

    /// The preprocessing.
    pub fn fitted(&self) -> &Arc<Fitted> {
        &self.fitted
    }

    /// The rows of these items.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] for an item that is not there.
    pub fn of(&self, items: &[usize]) -> Result<Vec<usize>, DataError> {
        let row = |&item: &usize| {
            self.rows.get(item).copied().ok_or(Inconsistency::NoRow { row: item, rows: self.rows.len() })
        };
        Ok(items.iter().map(row).collect::<Result<_, _>>()?)
    }
}

impl Source<Batch> for Rows {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<Batch, DataError> {
        self.fitted.batch(&self.data, &self.of(items)?, device)
    }
}

// By hand: a data set is too long to print.
impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("data", &self.data.name)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
