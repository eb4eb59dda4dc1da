//! Rows of a data set as a source of batches.

use std::sync::Arc;

use burn::tensor::Device;

use super::source::Source;
use crate::preprocess::InnerFolds;
use crate::{Batch, DataError, Dataset, Fingerprint, Fitted, Inconsistency, Split};

/// Some rows of a data set, preprocessed.
#[derive(Clone)]
pub struct Rows {
    data: Arc<Dataset>,
    rows: Vec<usize>,
    fitted: Arc<Fitted>,
    part: Part,
}

/// What the rows are to the preprocessing.
#[derive(Clone)]
enum Part {
    /// Rows to be judged.
    New,
    /// The training part, with its inner folds where it has some.
    Training(Option<InnerFolds>),
    /// A training part, but not the one that was fitted on: an error as soon as anything is encoded.
    Stranger,
}

impl Rows {
    /// Item `i` is row `rows[i]` of `data`, encoded as new data are. That is how to judge a model; for rows to train on see
    /// [`Rows::training`].
    pub fn new(data: Arc<Dataset>, rows: Vec<usize>, fitted: Arc<Fitted>) -> Self {
        Self { data, rows, fitted, part: Part::New }
    }

    /// The training part of a split, on which `fitted` was fitted: item `i` is row `split.train[i]`. Where categories are encoded by
    /// the target, every row is encoded without its own target; otherwise the items are those of [`Rows::new`].
    ///
    /// Batches are [`DataError::NotTheTrainingPart`] when `fitted` has encoded other rows, or other targets, by the target.
    pub fn training(data: Arc<Dataset>, split: &Split, fitted: Arc<Fitted>) -> Self {
        let part = fitted.folds(&split.train_view(&data)).map_or(Part::Stranger, Part::Training);
        Self { data, rows: split.train.clone(), fitted, part }
    }

    /// The inputs of rows of [`Rows::dataset`] on the host, row-major, as [`Source::batch`] has them.
    ///
    /// # Errors
    /// As [`Fitted::input_numbers`] and [`Fitted::train_numbers`].
    pub fn input_numbers(&self, rows: &[usize]) -> Result<Vec<f32>, DataError> {
        self.fitted.numbers(&self.data.features, rows, self.folds()?)
    }

    fn folds(&self) -> Result<Option<&InnerFolds>, DataError> {
        match &self.part {
            Part::New => Ok(None),
            Part::Training(folds) => Ok(folds.as_ref()),
            Part::Stranger => Err(DataError::NotTheTrainingPart),
        }
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
        self.fitted.batch_within(&self.data, &self.of(items)?, self.folds()?, device)
    }

    fn at_once(&self) -> usize {
        self.fitted.input_shape().at_once()
    }

    /// The tokens of texts, and the steps of series that differ in them.
    fn lengths(&self) -> Option<Vec<usize>> {
        self.fitted.lengths(&self.data.features, &self.rows)
    }

    /// Of the data set, the rows, the preprocessing, and what the rows are to it.
    fn fingerprint(&self) -> Option<Fingerprint> {
        let rows: Vec<u8> = self.rows.iter().flat_map(|row| (*row as u64).to_le_bytes()).collect();
        let fitted = serde_json::to_vec(&*self.fitted).ok()?;
        let part = if matches!(self.part, Part::New) { "new" } else { "training" };
        let data = self.data.fingerprint.as_str();
        Some(Fingerprint::of_parts([data.as_bytes(), &rows, &fitted, part.as_bytes()]))
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
