//! Series of different lengths as one batch.

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::device::counts::sent;
use serde::{Deserialize, Serialize};

/// The shape of items that are time series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesShape {
    /// Numbers at each step.
    pub channels: usize,
    /// Steps of the longest series of the training part.
    pub longest: usize,
}

impl SeriesShape {
    /// What items are, in words.
    pub(super) fn words(self) -> String {
        match self.channels {
            1 => format!("series of up to {} steps", self.longest),
            channels => format!("series of up to {} steps of {channels} channels", self.longest),
        }
    }
}

/// A batch of time series.
#[derive(Debug, Clone)]
pub struct SeriesBatch {
    /// The numbers, `[N, channels, T]`, f32, with T the longest of the batch, at least 1; 0 after the end of a series.
    pub values: Tensor<3>,
    /// The steps of each series, from 0 to T.
    pub lengths: Vec<usize>,
}

impl SeriesBatch {
    /// Series one below the other, each channel by channel.
    pub(crate) fn new(items: &[Vec<f32>], channels: usize, device: &Device) -> Self {
        let lengths: Vec<usize> = items.iter().map(|item| item.len() / channels.max(1)).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0).max(1);
        let mut values = vec![0.0f32; items.len() * channels * longest];
        for ((item, to), &length) in
            items.iter().zip(values.chunks_exact_mut(channels * longest)).zip(&lengths)
        {
            for (from, to) in item.chunks_exact(length.max(1)).zip(to.chunks_exact_mut(longest)) {
                to[..length].copy_from_slice(from);
            }
        }
        let data = TensorData::new(values, [items.len(), channels, longest]);
        Self { values: Tensor::from_data(sent(data), device), lengths }
    }

    /// Whether all are as long as the longest.
    pub fn is_even(&self) -> bool {
        let longest = self.values.dims()[2];
        self.lengths.iter().all(|length| *length == longest)
    }
}
