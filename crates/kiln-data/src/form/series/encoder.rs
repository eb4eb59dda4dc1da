//! How series become the numbers of a model, as the training part says.

use kiln_cell::series::{fill, moments};
use serde::{Deserialize, Serialize};

use super::batch::SeriesShape;
use super::scale::SeriesScale;
use super::store::Series;
use crate::preprocess::SeriesSteps;
use crate::{DataError, Inconsistency, Mismatch, Scaling};

/// What was learned of the series of the training part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesEncoder {
    channels: Vec<String>,
    /// The columns that are steps, where steps are columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    steps: Vec<String>,
    scale: SeriesScale,
    /// The steps of the longest series, at least 1.
    longest: usize,
}

impl SeriesEncoder {
    /// Learns from the series of `train`; `scaling`: `None` leaves the numbers as they are.
    ///
    /// # Errors
    /// [`DataError::NoValues`] for a channel that has no number in the training part.
    pub(super) fn fit(
        series: &Series,
        train: impl Iterator<Item = usize> + Clone,
        scaling: Option<Scaling>,
    ) -> Result<Self, DataError> {
        let channels = series.channels();
        let mut scales = Vec::with_capacity(channels.len());
        for (channel, name) in channels.iter().enumerate() {
            let width = channels.len();
            let of_row = |row: usize| series.item(row).iter().skip(channel).step_by(width).copied();
            let found = moments(train.clone().flat_map(of_row));
            let [mean, std] = found.ok_or_else(|| DataError::NoValues { column: name.clone() })?;
            if !mean.is_finite() || !std.is_finite() {
                return Err(DataError::NotFinite { column: name.clone(), row: 0, value: mean });
            }
            scales.push([mean, std]);
        }
        let scale = match scaling {
            None => SeriesScale::None,
            Some(Scaling::Series) => SeriesScale::Own,
            Some(_) => SeriesScale::Channels(scales),
        };
        let longest = train.map(|row| series.steps(row)).max().unwrap_or(0).max(1);
        let (channels, steps) = (channels.to_vec(), series.step_names().to_vec());
        Ok(Self { channels, steps, scale, longest })
    }

    pub(super) fn is_sound(&self) -> bool {
        self.longest > 0 && !self.channels.is_empty() && self.scale.is_sound(self.channels.len())
    }

    pub(super) fn shape(&self) -> SeriesShape {
        SeriesShape { channels: self.channels.len(), longest: self.longest }
    }

    /// What becomes of a series, as a plain record.
    pub(crate) fn series_steps(&self) -> SeriesSteps {
        SeriesSteps { channels: self.channels.clone(), scale: self.scale.step() }
    }

    /// The names of the channels.
    pub(crate) fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The columns that are steps; none where steps are no columns.
    pub(crate) fn steps(&self) -> &[String] {
        &self.steps
    }

    /// The numbers of `rows`, each channel by channel, scaled. What is missing is as the step before it; before the first known one it is as that.
    ///
    /// # Errors
    /// Other channels, a row that is not there, a number that is not finite.
    pub(crate) fn numbers(&self, series: &Series, rows: &[usize]) -> Result<Vec<Vec<f32>>, DataError> {
        if series.channels().len() != self.channels.len() {
            let (expected, found) = (self.channels.len(), series.channels().len());
            return Err(Mismatch::Columns { expected, found }.into());
        }
        let differs = series.channels().iter().zip(&self.channels).position(|(found, known)| found != known);
        if let Some(index) = differs {
            let (expected, found) = (self.channels[index].clone(), series.channels()[index].clone());
            return Err(Mismatch::ColumnName { index, expected, found }.into());
        }
        rows.iter().map(|&row| self.item(series, row)).collect()
    }

    fn item(&self, series: &Series, row: usize) -> Result<Vec<f32>, DataError> {
        if row >= series.len() {
            return Err(Inconsistency::NoRow { row, rows: series.len() }.into());
        }
        let (values, width) = (series.item(row), self.channels.len());
        let mut numbers = Vec::with_capacity(values.len());
        for (channel, name) in self.channels.iter().enumerate() {
            let mut own: Vec<f64> = values.iter().skip(channel).step_by(width).copied().collect();
            let filled = fill(&mut own);
            if filled {
                self.scale.apply(channel, &mut own);
            }
            for value in own {
                match value as f32 {
                    number if number.is_finite() => numbers.push(number),
                    _ => return Err(DataError::NotFinite { column: name.clone(), row, value }),
                }
            }
        }
        Ok(numbers)
    }
}
