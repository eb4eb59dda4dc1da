//! New items after preprocessing: what is left to do is the network's.

use std::path::Path;

use kiln_data::source::read_new;
use kiln_data::{CellValue, DataError, Features, Mismatch, Series, Texts};
use kiln_train::Prediction;

use super::predictor::Predictor;
use crate::error::ExperimentError;

/// New items after preprocessing, of one request or file. [`Predictor::predict_prepared`] takes many of them at once.
///
/// A server prepares each request by itself, so that a wrong row spoils no other request, and predicts for those that wait
/// in one batch.
///
/// ```
/// # use burn::tensor::Device;
/// # use kiln_config::{Request, resolve};
/// # use kiln_experiment::{Run, Session, train};
/// # let overrides = vec!["train.epochs=20".to_owned()];
/// # let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// # let runs = tempfile::tempdir().expect("a temporary folder");
/// # let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// # let run = train(&resolved, &session, &())?.run;
/// let predictor = Run::open(run)?.best(&Device::default())?;
/// let one = predictor.prepare_rows(&[[6.9, 3.1, 5.4, 2.1]])?;
/// let two = predictor.prepare_rows(&[[5.1, 3.5, 1.4, 0.2], [5.0, 3.4, 1.5, 0.2]])?;
/// let classes: Vec<_> = predictor.predict_prepared(&[&one, &two])?.iter().map(|item| item.class()).collect();
/// assert_eq!(classes, [Some("virginica"), Some("setosa"), Some("setosa")]);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// For each model, row-major, as many for each item as it takes; none of items of different lengths.
    numbers: Vec<Vec<f32>>,
    /// Texts and series as they are; none of numbers.
    uneven: Option<Features>,
    items: usize,
}

impl Prepared {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items == 0
    }
}

impl Predictor {
    /// Prepares rows of a table, whose cells come in the order of [`Predictor::columns`].
    ///
    /// # Errors
    /// As [`Predictor::predict_row`]. The row is counted from 0.
    pub fn prepare_rows<'a, R, C>(&self, rows: &[R]) -> Result<Prepared, ExperimentError>
    where
        R: AsRef<[C]>,
        C: Copy + Into<CellValue<'a>>,
    {
        self.must_be_seen(|| self.unseen_rows(rows))?;
        let cells = |row| AsRef::<[C]>::as_ref(row).iter().map(|&cell| cell.into());
        let of_one = |model: &Self| model.fitted().row_numbers(rows.iter().map(cells));
        let numbers = self.each().iter().map(of_one).collect::<Result<_, _>>()?;
        Ok(Prepared { numbers, uneven: None, items: rows.len() })
    }

    /// Prepares records: rows with the name of its column beside every cell.
    ///
    /// # Errors
    /// As [`Predictor::predict_record`]. The row is counted from 0.
    pub fn prepare_records<'a, R, N, C>(&self, records: &[R]) -> Result<Prepared, ExperimentError>
    where
        R: AsRef<[(N, C)]>,
        N: AsRef<str>,
        C: Copy + Into<CellValue<'a>>,
    {
        let in_order = |(row, record): (usize, &R)| self.fitted().in_order(row, record.as_ref());
        let rows = records.iter().enumerate().map(in_order).collect::<Result<Vec<_>, _>>()?;
        self.prepare_rows(&rows)
    }

    /// Prepares what a file holds: the items of [`Predictor::read`].
    ///
    /// # Errors
    /// As [`Predictor::read`].
    pub fn prepare_file(&self, path: &Path) -> Result<Prepared, ExperimentError> {
        self.prepare(&read_new(path, &self.data, self.fitted())?.features)
    }

    /// Prepares what is in memory, in any form.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn prepare(&self, features: &Features) -> Result<Prepared, ExperimentError> {
        self.must_be_seen(|| self.unseen(features))?;
        let items = features.rows().map_err(DataError::from)?;
        let uneven = || Prepared { numbers: Vec::new(), uneven: Some(features.clone()), items };
        if features.as_texts().is_some() && self.fitted().tokenizer().is_some() {
            return Ok(uneven());
        }
        let rows: Vec<usize> = (0..items).collect();
        // What is wrong with a series is said here, and not where others are predicted with it.
        if self.fitted().series_numbers(features, &rows)?.is_some() {
            return Ok(uneven());
        }
        let of_one = |model: &Self| model.fitted().input_numbers(features, &rows);
        let numbers = self.each().iter().map(of_one).collect::<Result<_, _>>()?;
        Ok(Prepared { numbers, uneven: None, items })
    }

    /// Predicts for items of several requests, one behind the other, in batches of the size that
    /// [`Predictor::predict`] takes. A prediction can differ in its last bits with the size of the batch that it is part of.
    ///
    /// # Errors
    /// [`DataError`] for items that another model has prepared.
    pub fn predict_prepared(&self, items: &[&Prepared]) -> Result<Vec<Prediction<'_>>, ExperimentError> {
        if let Some(all) = self.joined(items) {
            return Ok(self.predictions(&self.predict_logits(&all)?));
        }
        let models = self.each().iter().enumerate();
        let of_each =
            models.map(|(place, model)| model.outputs_of(place, items)).collect::<Result<_, _>>()?;
        Ok(self.predictions(&self.together(of_each)))
    }

    /// All items, where they are texts or series and the model takes them.
    fn joined(&self, items: &[&Prepared]) -> Option<Features> {
        let each: Vec<&Features> = items.iter().map(|items| items.uneven.as_ref()).collect::<Option<_>>()?;
        if self.fitted().tokenizer().is_some() {
            let texts: Vec<&Texts> = each.into_iter().map(Features::as_texts).collect::<Option<_>>()?;
            return Some(Features::Text(Texts::new(texts.into_iter().flat_map(Texts::iter))));
        }
        let channels = self.fitted().channels()?;
        let series: Vec<&Series> = each.into_iter().map(Features::as_series).collect::<Option<_>>()?;
        let items = series.into_iter().flat_map(|of| (0..of.len()).map(|row| of.item(row).to_vec()));
        Some(Features::Series(Series::new(channels, items)))
    }

    /// The outputs of one model, that at `place` of those that prepared the items.
    fn outputs_of(&self, place: usize, items: &[&Prepared]) -> Result<Vec<f64>, ExperimentError> {
        let shape = self.input_shape();
        let mut numbers: Vec<f32> = Vec::new();
        for items in items {
            match items.numbers.get(place) {
                Some(own) if own.len() == items.items * shape.features() => numbers.extend(own),
                _ => {
                    let (expected, found) = (shape.noun(), "items that another model has prepared");
                    return Err(DataError::from(Mismatch::Inputs { expected, found }).into());
                }
            }
        }
        let mut outputs = Vec::new();
        for chunk in numbers.chunks(shape.at_once() * shape.features().max(1)) {
            let inputs = shape.batch(chunk.to_vec(), &self.device)?;
            outputs.extend(self.task.predict_logits(&self.model, inputs));
        }
        Ok(outputs)
    }
}
