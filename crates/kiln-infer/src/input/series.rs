//! Time series to the numbers that a network takes.

use kiln_cell::scale::standard;
use kiln_cell::series::{fill, moments};

use crate::error::InferError;
use crate::plan::{Scale, Series};

/// Fills and scales series.
#[derive(Debug)]
pub(crate) struct SeriesEncoder(Series);

impl SeriesEncoder {
    /// # Errors
    /// [`InferError::Plan`] for series that no fit makes.
    pub(crate) fn new(series: Series) -> Result<Self, InferError> {
        let is_scale = |[mean, std]: &[f64; 2]| mean.is_finite() && std.is_finite() && *std > 0.0;
        let fits = match &series.scale {
            Scale::Channels(scales) => scales.len() == series.channels.len() && scales.iter().all(is_scale),
            Scale::None | Scale::Own => true,
        };
        if fits && !series.channels.is_empty() && series.window != Some(0) {
            return Ok(Self(series));
        }
        let reason = "channels, scales and window do not fit together".to_owned();
        Err(InferError::Plan { place: "the series".to_owned(), reason })
    }

    pub(crate) fn channels(&self) -> &[String] {
        &self.0.channels
    }

    pub(crate) fn window(&self) -> Option<usize> {
        self.0.window
    }

    /// The numbers of a series, `[channels, steps]`. `row` is what an error calls it.
    ///
    /// # Errors
    /// [`InferError::Series`], and [`InferError::NotFinite`].
    pub(crate) fn numbers<C: AsRef<[f64]>>(&self, row: usize, series: &[C]) -> Result<Vec<f32>, InferError> {
        let Series { channels, scale, window } = &self.0;
        let wrong = |reason: String| InferError::Series { row, reason };
        if series.len() != channels.len() {
            return Err(wrong(format!("it has {} channels, expected {}", series.len(), channels.len())));
        }
        let steps = series.first().map_or(0, |channel| channel.as_ref().len());
        let first = match window {
            Some(window) => steps
                .checked_sub(*window)
                .ok_or_else(|| wrong(format!("it has {steps} steps, the model looks at {window}")))?,
            None => 0,
        };
        let mut numbers = Vec::with_capacity(channels.len() * (steps - first));
        for (place, (name, own)) in channels.iter().zip(series).enumerate() {
            let own = own.as_ref();
            if own.len() != steps {
                return Err(wrong(format!("channel {name:?} has {} steps, others have {steps}", own.len())));
            }
            let mut own = own[first..].to_vec();
            if fill(&mut own) {
                let by = match scale {
                    Scale::None => None,
                    Scale::Channels(scales) => scales.get(place).copied(),
                    Scale::Own => moments(own.iter().copied()),
                };
                if let Some(by) = by {
                    own.iter_mut().for_each(|x| *x = standard(*x, by));
                }
            }
            numbers.extend(own.iter().map(|x| *x as f32));
            if numbers.iter().rev().take(own.len()).any(|x| !x.is_finite()) {
                return Err(InferError::NotFinite { row, column: name.clone() });
            }
        }
        Ok(numbers)
    }
}
