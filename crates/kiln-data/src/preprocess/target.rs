//! Targets: class indices as they are, numbers scaled.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::mismatch::Mismatch;
use super::scale::{Scale, moments};
use crate::{DataError, Target, Targets, check};

/// The targets of a batch on the host.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetNumbers {
    /// Class indices.
    Classes {
        /// One an item, below `count`.
        classes: Vec<i32>,
        /// Number of classes.
        count: usize,
    },
    /// Numbers; for mixed classes, the share of each class.
    Values {
        /// Row-major, `n · width`.
        values: Vec<f32>,
        /// Numbers an item.
        width: usize,
    },
}

impl TargetNumbers {
    /// The same on a device.
    pub fn into_targets(self, device: &Device) -> Targets {
        match self {
            Self::Classes { classes, .. } => {
                let items = classes.len();
                Targets::Classes(Tensor::from_data(TensorData::new(classes, [items]), device))
            }
            Self::Values { values, width } => {
                let items = values.len() / width.max(1);
                Targets::Values(Tensor::from_data(TensorData::new(values, [items, width]), device))
            }
        }
    }
}

/// Encodes the targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum TargetEncoder {
    /// Classes, of which `names` are all.
    Classes { names: Vec<String> },
    /// Numbers, with one scale a column.
    Values { names: Vec<String>, scales: Vec<Scale> },
}

impl TargetEncoder {
    /// `rows` are rows of `target`, at least one.
    pub(super) fn fit(target: &Target, rows: &[usize], standardize: bool) -> Result<Self, DataError> {
        let (values, names) = match target {
            Target::Classes { names, .. } => return Ok(Self::Classes { names: names.clone() }),
            Target::Values { values, names } => (values, names),
        };
        let mut scales = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let column = rows.iter().map(|&row| values[row * names.len() + index]);
            if let Some((value, &row)) = column.clone().zip(rows).find(|(value, _)| !value.is_finite()) {
                return Err(DataError::NotFinite { column: name.clone(), row, value });
            }
            let (mean, variance) = moments(column.map(f64::from), rows.len());
            scales.push(if standardize {
                Scale::standard(mean, variance, rows.len())
            } else {
                Scale::IDENTITY
            });
        }
        Ok(Self::Values { names: names.clone(), scales })
    }

    /// The targets of `rows`, which are checked against the length of `target`.
    pub(super) fn apply(
        &self,
        target: &Target,
        rows: &[usize],
        device: &Device,
    ) -> Result<Targets, DataError> {
        Ok(self.numbers(target, rows)?.into_targets(device))
    }

    /// As [`TargetEncoder::apply`], on the host.
    pub(super) fn numbers(&self, target: &Target, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        match (self, target) {
            (Self::Classes { names: expected }, Target::Classes { labels, names }) => {
                same_names(expected, names)?;
                let mut classes = Vec::with_capacity(rows.len());
                for &row in rows {
                    check::class(row, labels[row], names.len())?;
                    classes.push(labels[row] as i32);
                }
                Ok(TargetNumbers::Classes { classes, count: names.len() })
            }
            (Self::Values { names: expected, scales }, Target::Values { values, names }) => {
                same_names(expected, names)?;
                let width = names.len();
                let mut scaled = Vec::with_capacity(rows.len() * width);
                for &row in rows {
                    for ((&value, scale), name) in
                        values[row * width..][..width].iter().zip(scales).zip(names)
                    {
                        let number = scale.apply(f64::from(value)) as f32;
                        if !number.is_finite() {
                            return Err(DataError::NotFinite { column: name.clone(), row, value });
                        }
                        scaled.push(number);
                    }
                }
                Ok(TargetNumbers::Values { values: scaled, width })
            }
            (Self::Classes { .. }, Target::Values { .. }) => Err(Mismatch::ValuesForClasses.into()),
            (Self::Values { .. }, Target::Classes { .. }) => Err(Mismatch::ClassesForValues.into()),
        }
    }

    /// Whether a fit can have made this.
    pub(super) fn is_sound(&self) -> bool {
        match self {
            Self::Classes { .. } => true,
            Self::Values { names, scales } => {
                !names.is_empty()
                    && names.len() == scales.len()
                    && scales.iter().all(|scale| scale.is_sound())
            }
        }
    }
}

fn same_names(expected: &[String], found: &[String]) -> Result<(), Mismatch> {
    if expected == found {
        return Ok(());
    }
    Err(Mismatch::TargetNames { expected: expected.to_vec(), found: found.to_vec() })
}
