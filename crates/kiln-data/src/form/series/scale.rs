//! How the numbers of series are brought to one scale.

use serde::{Deserialize, Serialize};

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

/// Mean and standard deviation (divided by n) of the numbers that are not missing; a deviation of rounding counts as 1. `None` without a number.
pub(super) fn moments(values: impl Iterator<Item = f64> + Clone) -> Option<[f64; 2]> {
    let known = values.filter(|value| !value.is_nan());
    let count = known.clone().count();
    if count == 0 {
        return None;
    }
    let mean = known.clone().sum::<f64>() / count as f64;
    let (square, largest) = known.fold((0.0, 0.0f64), |(square, largest), value| {
        (square + (value - mean) * (value - mean), largest.max(value.abs()))
    });
    let std = (square / count as f64).sqrt();
    // As scikit-learn's `StandardScaler`: what rounding alone makes is no deviation.
    let rounding = 10.0 * f64::EPSILON * largest;
    Some([mean, if std > rounding { std } else { 1.0 }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_numpys() {
        // numpy.mean and numpy.std of [1, 2, 4, 9].
        let found = moments([1.0, f64::NAN, 2.0, 4.0, 9.0].into_iter()).unwrap();
        assert_eq!(found, [4.0, (9.5f64).sqrt()]);
        assert_eq!(moments([0.1; 7].into_iter()).unwrap()[1], 1.0);
        assert_eq!(moments([f64::NAN; 3].into_iter()), None);
    }
}
