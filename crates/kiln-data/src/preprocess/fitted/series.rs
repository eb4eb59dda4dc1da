//! What is asked of preprocessing that is for time series.

use super::Fitted;
use crate::preprocess::SeriesSteps;
use crate::{DataError, Features};

impl Fitted {
    /// The names of the channels, where the inputs are time series.
    pub fn channels(&self) -> Option<&[String]> {
        self.inputs.as_series().map(|series| series.channels())
    }

    /// What becomes of a series, step by step, for programs that write it in another form; `None` where the inputs are no time series.
    pub fn series_steps(&self) -> Option<SeriesSteps> {
        self.inputs.as_series().map(|series| series.series_steps())
    }

    /// The columns that are steps, where the inputs are time series; none where steps are no columns.
    pub(crate) fn step_columns(&self) -> Option<&[String]> {
        self.inputs.as_series().map(|series| series.steps())
    }

    /// The numbers of the series of `rows`, of which one may come twice, as the model sees them: each channel by channel. `None` where the inputs are no
    /// time series.
    ///
    /// # Errors
    /// As [`Fitted::inputs`].
    pub fn series_numbers(
        &self,
        features: &Features,
        rows: &[usize],
    ) -> Result<Option<Vec<Vec<f32>>>, DataError> {
        match self.inputs.as_series().zip(features.as_series()) {
            Some((encoder, series)) => encoder.numbers(series, rows).map(Some),
            None => Ok(None),
        }
    }

    /// The steps of each of `rows`; `None` where the inputs are no time series, or all are of one length.
    pub(super) fn uneven_steps(&self, features: &Features, rows: &[usize]) -> Option<Vec<usize>> {
        let (_, series) = self.inputs.as_series().zip(features.as_series())?;
        let lengths: Vec<usize> = rows.iter().map(|&row| series.steps(row)).collect();
        lengths.windows(2).any(|pair| pair[0] != pair[1]).then_some(lengths)
    }
}
