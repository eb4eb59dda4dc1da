//! How the numbers of series are brought to one scale.

use kiln_cell::series::moments;
use serde::{Deserialize, Serialize};

use crate::preprocess::SeriesScaling;

/// What is subtracted from the numbers of a channel, and what they are divided by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum SeriesScale {
    /// They stay as they are.
    None,
    /// Mean and standard deviation of each channel in the training part.
    Channels(Vec<[f64; 2]>),
    /// Those of each channel of the series itself.
    Own,
}

impl SeriesScale {
    pub(super) fn is_sound(&self, channels: usize) -> bool {
        let finite = |[mean, std]: &[f64; 2]| mean.is_finite() && std.is_finite() && *std > 0.0;
        match self {
            Self::Channels(scales) => scales.len() == channels && scales.iter().all(finite),
            Self::None | Self::Own => true,
        }
    }

    /// The same as a plain record.
    pub(super) fn step(&self) -> SeriesScaling {
        match self {
            Self::None => SeriesScaling::None,
            Self::Channels(scales) => SeriesScaling::Channels(scales.clone()),
            Self::Own => SeriesScaling::Own,
        }
    }

    /// Scales the numbers of one channel of a series.
    pub(super) fn apply(&self, channel: usize, values: &mut [f64]) {
        let [mean, std] = match self {
            Self::None => return,
            Self::Channels(scales) => scales.get(channel).copied().unwrap_or([0.0, 1.0]),
            Self::Own => moments(values.iter().copied()).unwrap_or([0.0, 1.0]),
        };
        values.iter_mut().for_each(|value| *value = (*value - mean) / std);
    }
}
