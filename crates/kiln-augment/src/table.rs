//! Rows of a table, encoded: SMOTE, Gaussian jitter, feature dropout, swap noise.

use std::ops::Range as Span;

use kiln_core::{Range, Seed};
use kiln_data::{DataError, FeatureGroup, Rows};
use serde::{Deserialize, Serialize};

use crate::smote::Between;
use crate::{AugmentError, SmoteConfig, draw, op};

/// A change of the rows of a table: a table with `kind` and the settings of that kind.
///
/// All act on what the model sees, after the preprocessing. A column of categories is several features, which are
/// dropped or swapped together and never jittered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RowTransform {
    /// More items for classes that have few; comes first.
    Smote(SmoteConfig),
    /// Normal noise on numbers.
    Jitter(JitterConfig),
    /// Columns without their information.
    FeatureDropout(ColumnsConfig),
    /// Cells from other training rows, after Porto Seguro's winning denoising autoencoder (Jahrer, 2017).
    SwapNoise(ColumnsConfig),
}

/// Settings of `jitter`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JitterConfig {
    /// Standard deviation of the noise in units of that of the column in the training part, at least 0. Default 0.1.
    #[serde(default = "tenth")]
    pub sigma: f64,
}

/// Settings of `feature-dropout` and `swap-noise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsConfig {
    /// How likely each cell is changed, `[0, 1]`. Default 0.1.
    #[serde(default = "tenth")]
    pub p: f64,
}

fn tenth() -> f64 {
    0.1
}

impl RowTransform {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    pub fn check(&self, place: &str) -> Result<(), AugmentError> {
        match self {
            Self::Smote(config) => return config.check(place),
            Self::Jitter(config) => Range::at_least(0.0).check(&format!("{place}.sigma"), config.sigma)?,
            Self::FeatureDropout(config) | Self::SwapNoise(config) => {
                Range::UNIT.check(&format!("{place}.p"), config.p)?
            }
        };
        Ok(())
    }
}

/// What the training part says about the features.
#[derive(Debug, Clone)]
pub(crate) struct TableStatistics {
    /// The training rows, encoded, row after row.
    rows: Vec<f32>,
    width: usize,
    columns: Vec<Column>,
}

#[derive(Debug, Clone)]
struct Column {
    features: Span<usize>,
    /// Mean and standard deviation of numbers; `None` for categories.
    moments: Option<(f32, f64)>,
}

impl TableStatistics {
    pub(crate) fn of(rows: &Rows) -> Result<Self, AugmentError> {
        let fitted = rows.fitted();
        let numbers = rows
            .input_numbers(rows.numbers())
            .map_err(|error: DataError| AugmentError::Data { message: error.to_string() })?;
        let width = fitted.input_shape().features();
        let columns = fitted.feature_groups().into_iter().map(|FeatureGroup { features, numeric }| {
            let moments = numeric.then(|| {
                let cells = numbers.iter().skip(features.start).step_by(width).map(|cell| f64::from(*cell));
                let n = (numbers.len() / width) as f64;
                let mean = cells.clone().sum::<f64>() / n;
                (mean as f32, (cells.map(|cell| (cell - mean).powi(2)).sum::<f64>() / n).sqrt())
            });
            Column { features, moments }
        });
        let columns = columns.collect();
        Ok(Self { rows: numbers, width, columns })
    }

    /// How many features a row has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The features of a training item.
    pub(crate) fn row(&self, item: usize) -> &[f32] {
        &self.rows[item * self.width..(item + 1) * self.width]
    }

    /// Writes the features of an item that lies between two others.
    pub(crate) fn write_between(&self, between: Between, target: &mut [f32]) {
        let Between { item, neighbor, step } = between;
        let (from, to) = (self.row(item), self.row(neighbor));
        for Column { features, moments } in &self.columns {
            let (from, to) = (&from[features.clone()], &to[features.clone()]);
            let target = &mut target[features.clone()];
            if moments.is_none() {
                target.copy_from_slice(if step < 0.5 { from } else { to });
                continue;
            }
            op::between(from, to, step, target);
        }
    }

    /// Changes rows in place, the i-th transform of a row drawing from its seed `.at(i)`.
    pub(crate) fn apply(&self, transforms: &[RowTransform], numbers: &mut [f32], seeds: &[Seed]) {
        for (row, seed) in numbers.chunks_exact_mut(self.width.max(1)).zip(seeds) {
            for (index, transform) in transforms.iter().enumerate() {
                self.apply_one(transform, row, seed.at(index as u64));
            }
        }
    }

    fn apply_one(&self, transform: &RowTransform, row: &mut [f32], seed: Seed) {
        for (index, Column { features, moments }) in self.columns.iter().enumerate() {
            let index = index as u64;
            let cells = &mut row[features.clone()];
            match (transform, moments) {
                // Done before, where the items were gathered.
                (RowTransform::Smote(_), _) => {}
                (RowTransform::Jitter(config), Some((_, deviation))) => {
                    cells[0] += (seed.normal(index) * config.sigma * deviation) as f32;
                }
                (RowTransform::Jitter(_), None) => {}
                (RowTransform::FeatureDropout(config), moments) => {
                    if seed.uniform(index) < config.p {
                        cells.fill(moments.map_or(0.0, |(mean, _)| mean));
                    }
                }
                (RowTransform::SwapNoise(config), _) => {
                    if seed.uniform(2 * index) < config.p {
                        let donor = draw::below(seed, 2 * index + 1, self.rows.len() / self.width);
                        let donor = &self.rows[donor * self.width..(donor + 1) * self.width];
                        cells.copy_from_slice(&donor[features.clone()]);
                    }
                }
            }
        }
    }
}
