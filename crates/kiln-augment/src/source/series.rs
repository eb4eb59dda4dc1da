//! Batches of time series that are changed.

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::Seed;
use kiln_core::device::counts::sent;
use kiln_data::{Batch, DataError, Inputs};

use super::{Augmented, MIX};
use crate::op::mixup;
use crate::series::changed;
use crate::{AugmentError, SeriesTransform};

impl Augmented {
    /// Adds a change of time series, after those that are there.
    ///
    /// # Errors
    /// [`AugmentError::Kind`] for anything but time series.
    pub fn series(mut self, transform: impl Into<SeriesTransform>) -> Result<Self, AugmentError> {
        if self.shape.as_series().is_none() {
            return Err(AugmentError::Kind { name: "transform".to_owned(), needs: "time series" });
        }
        self.series.push(transform.into());
        Ok(self)
    }

    /// A batch of time series, each changed by the seed of its item, and mixed. `None` where the items are something else, or nothing is done to them.
    pub(super) fn series_batch(
        &self,
        items: &[usize],
        epoch: Seed,
        device: &Device,
    ) -> Result<Option<Batch>, DataError> {
        let Some(shape) = self.shape.as_series() else { return Ok(None) };
        let Some(first) = items.first() else { return Err(DataError::NoItems) };
        if self.series.is_empty() && self.mix.is_none() {
            return Ok(None);
        }
        let rows = self.rows.of(items)?;
        let (data, fitted) = (self.rows.dataset(), self.rows.fitted());
        let Some(series) = fitted.series_numbers(&data.features, &rows)? else { return Ok(None) };
        let change = |(numbers, &item): (Vec<f32>, &usize)| {
            changed(&self.series, numbers, shape.channels, epoch.at(item as u64))
        };
        let mut series: Vec<Vec<f32>> = series.into_iter().zip(items).map(change).collect();
        let mut weights = fitted.weight_numbers(data, &rows)?;
        let mut targets = fitted.target_numbers(&data.target, &rows)?;
        let mixing = self.mix.as_ref();
        if let Some(mixing) = mixing.and_then(|mix| mix.draw(&self.shape, epoch.at(*first as u64).at(MIX))) {
            // All are of one length: `mix` refuses others.
            let size = series[0].len();
            let mut numbers = series.concat();
            mixup(&mut numbers, size, mixing.lambda());
            series = numbers.chunks_exact(size.max(1)).map(<[f32]>::to_vec).collect();
            targets = mixing.targets(targets);
            if let Some(weights) = &mut weights {
                mixup(weights, 1, mixing.lambda());
            }
        }
        Ok(Some(Batch {
            inputs: Inputs::of_series(&series, shape.channels, device),
            targets: targets.into_targets(device),
            weights: weights
                .map(|weights| Tensor::from_data(sent(TensorData::new(weights, [rows.len()])), device)),
        }))
    }
}
