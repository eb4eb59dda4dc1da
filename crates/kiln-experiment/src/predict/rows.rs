//! Predictions for rows and images that a program has in its hands.

use kiln_data::{CellValue, DataError, Features, Images};
use kiln_train::Prediction;

use super::predictor::Predictor;
use crate::error::ExperimentError;

impl Predictor {
    /// Predicts for one row of a table, whose cells come in the order of [`Predictor::columns`]. A cell is a number, a text,
    /// or a [`CellValue`], and means what it would mean in a file.
    ///
    /// # Errors
    /// [`DataError::Row`](kiln_data::DataError::Row) with the column, for a row that is not what the model takes.
    pub fn predict_row<'a, C>(&self, row: &[C]) -> Result<Prediction<'_>, ExperimentError>
    where
        C: Copy + Into<CellValue<'a>>,
    {
        self.must_be_seen(|| self.fitted().unseen_cells([cells(row)]))?;
        self.one(|model| model.fitted().row_numbers([cells(row)]))
    }

    /// As [`Predictor::predict_row`], with the name of its column beside every cell. The order does not count, nor do other
    /// columns.
    ///
    /// # Errors
    /// As [`Predictor::predict_row`], and for a column that is not there.
    pub fn predict_record<'a, N, C>(&self, record: &[(N, C)]) -> Result<Prediction<'_>, ExperimentError>
    where
        N: AsRef<str>,
        C: Copy + Into<CellValue<'a>>,
    {
        let row = self.fitted().in_order(0, record)?;
        self.must_be_seen(|| self.fitted().unseen_cells([row.iter().copied()]))?;
        self.one(|model| model.fitted().row_numbers([row.iter().copied()]))
    }

    /// Predicts for many rows at once, which is much faster than one by one.
    ///
    /// # Errors
    /// As [`Predictor::predict_row`]. The row is counted from 0.
    pub fn predict_rows<'a, R, C>(&self, rows: &[R]) -> Result<Vec<Prediction<'_>>, ExperimentError>
    where
        R: AsRef<[C]>,
        C: Copy + Into<CellValue<'a>>,
    {
        self.predict_prepared(&[&self.prepare_rows(rows)?])
    }

    /// Predicts for many records at once.
    ///
    /// # Errors
    /// As [`Predictor::predict_record`]. The row is counted from 0.
    pub fn predict_records<'a, R, N, C>(&self, records: &[R]) -> Result<Vec<Prediction<'_>>, ExperimentError>
    where
        R: AsRef<[(N, C)]>,
        N: AsRef<str>,
        C: Copy + Into<CellValue<'a>>,
    {
        self.predict_prepared(&[&self.prepare_records(records)?])
    }

    /// Predicts for images of the size that the model takes.
    ///
    /// # Errors
    /// [`DataError`](kiln_data::DataError) for images of another size, and for a model of something else.
    pub fn predict_images(&self, images: Images) -> Result<Vec<Prediction<'_>>, ExperimentError> {
        self.predict(&Features::Images(images))
    }

    /// One item of numbers that each model preprocesses.
    fn one(
        &self,
        numbers: impl Fn(&Self) -> Result<Vec<f32>, DataError>,
    ) -> Result<Prediction<'_>, ExperimentError> {
        let of_one = |model: &Self| -> Result<Vec<f64>, ExperimentError> {
            let inputs = model.input_shape().batch(numbers(model)?, &model.device)?;
            Ok(model.task.predict_logits(&model.model, inputs))
        };
        let of_each = self.each().iter().map(of_one).collect::<Result<_, _>>()?;
        Ok(Prediction::decided(self.fitted(), &self.together(of_each), self.decision))
    }
}

fn cells<'a, C: Copy + Into<CellValue<'a>>>(row: &[C]) -> impl Iterator<Item = CellValue<'a>> {
    row.iter().map(|&cell| cell.into())
}
