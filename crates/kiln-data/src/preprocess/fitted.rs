//! Preprocessing that was fitted: the only thing that makes batches.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::images::ImageScaler;
use super::mismatch::Mismatch;
use super::table::TableEncoder;
use super::target::TargetEncoder;
use crate::{Batch, ColumnSchema, DataError, Dataset, Features, Inconsistency, InputShape, check};

/// Preprocessing fitted on a training part by [`Preprocess::fit`](super::Preprocess::fit). It belongs to the model
/// it was trained with and is stored beside its weights: the numbers survive JSON bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Fitted {
    inputs: Inputs,
    targets: TargetEncoder,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inputs {
    Images(ImageScaler),
    Table(TableEncoder),
}

impl Fitted {
    pub(super) fn new(inputs: Inputs, targets: TargetEncoder) -> Self {
        Self { inputs, targets }
    }

    /// The shape of one preprocessed item.
    pub fn input_shape(&self) -> InputShape {
        match &self.inputs {
            Inputs::Images(images) => InputShape::Images(images.shape),
            Inputs::Table(table) => InputShape::Table(table.width()),
        }
    }

    /// What a model has to predict for an item: the number of classes or of target columns.
    pub fn outputs(&self) -> usize {
        match &self.targets {
            TargetEncoder::Classes { names } | TargetEncoder::Values { names, .. } => names.len(),
        }
    }

    /// The names of the classes in the order of the outputs; `None` when the targets are numbers.
    pub fn class_names(&self) -> Option<&[String]> {
        match &self.targets {
            TargetEncoder::Classes { names } => Some(names),
            TargetEncoder::Values { .. } => None,
        }
    }

    /// The names of the target columns in the order of the outputs; `None` when the targets are classes.
    pub fn target_names(&self) -> Option<&[String]> {
        match &self.targets {
            TargetEncoder::Classes { .. } => None,
            TargetEncoder::Values { names, .. } => Some(names),
        }
    }

    /// The input columns that data must have, in order; `None` for images. Categories are those of the training
    /// part; others may come and are all zeros.
    pub fn columns(&self) -> Option<&[ColumnSchema]> {
        match &self.inputs {
            Inputs::Images(_) => None,
            Inputs::Table(table) => Some(&table.columns),
        }
    }

    /// What each number of a preprocessed row is: `age`, `colour=red`, `colour=missing`; `None` for images.
    pub fn feature_names(&self) -> Option<Vec<String>> {
        match &self.inputs {
            Inputs::Images(_) => None,
            Inputs::Table(table) => Some(table.names()),
        }
    }

    /// The inputs and targets of `rows`, in their order, on `device`; a row may come twice.
    ///
    /// # Errors
    /// As [`Fitted::inputs`], and [`DataError::Mismatch`] when the targets have other names,
    /// [`DataError::Inconsistent`] when there are more or fewer of them, or of the weights, than inputs,
    /// [`DataError::Weight`] for a weight that is negative or not finite.
    pub fn batch(&self, data: &Dataset, rows: &[usize], device: &Device) -> Result<Batch, DataError> {
        let (inputs, targets) = (check::features(&data.features)?, check::target(&data.target)?);
        if inputs != targets {
            return Err(Inconsistency::TargetLength { inputs, targets }.into());
        }
        check::weights(data.weights.as_deref(), inputs)?;
        Ok(Batch {
            inputs: self.inputs(&data.features, rows, device)?,
            targets: self.targets.apply(&data.target, rows, device)?,
            weights: data.weights.as_deref().map(|weights| pick(weights, rows, device)).transpose()?,
        })
    }

    /// The inputs of `rows`, in their order, on `device`; a row may come twice.
    ///
    /// # Errors
    /// [`DataError::NoItems`] without rows, [`DataError::Inconsistent`] for a row that is not there,
    /// [`DataError::Mismatch`] when the columns or the size of the images are not those of the training data,
    /// [`DataError::NotFinite`] for a number that is infinite or becomes so.
    pub fn inputs(
        &self,
        features: &Features,
        rows: &[usize],
        device: &Device,
    ) -> Result<crate::Inputs, DataError> {
        check::rows(rows, check::features(features)?)?;
        let n = rows.len();
        if n == 0 {
            return Err(DataError::NoItems);
        }
        match (&self.inputs, features) {
            (Inputs::Images(scaler), Features::Images(images)) => {
                if scaler.shape != images.shape {
                    let (expected, found) = (scaler.shape, images.shape);
                    return Err(Mismatch::ImageShape { expected, found }.into());
                }
                let [channels, height, width] = scaler.shape;
                let data = TensorData::new(scaler.apply(&images.pixels, rows), [n, channels, height, width]);
                Ok(crate::Inputs::Images(Tensor::from_data(data, device)))
            }
            (Inputs::Table(encoder), Features::Table(columns)) => {
                let data = TensorData::new(encoder.apply(columns, rows)?, [n, encoder.width()]);
                Ok(crate::Inputs::Table(Tensor::from_data(data, device)))
            }
            (Inputs::Images(_), Features::Table(_)) => Err(Mismatch::TableForImages.into()),
            (Inputs::Table(_), Features::Images(_)) => Err(Mismatch::ImagesForTable.into()),
        }
    }

    /// Takes predictions of target numbers, row-major `[n, outputs]`, back to the units of the data. Without
    /// effect on classes, and on numbers that were not standardised.
    pub fn unscale(&self, values: &mut [f32]) {
        if let TargetEncoder::Values { scales, .. } = &self.targets {
            for row in values.chunks_mut(scales.len()) {
                for (value, scale) in row.iter_mut().zip(scales) {
                    *value = scale.undo(f64::from(*value)) as f32;
                }
            }
        }
    }
}

/// The weights of `rows`, which are there, on `device`.
fn pick(weights: &[f32], rows: &[usize], device: &Device) -> Result<Tensor<1>, DataError> {
    let weight = |&row: &usize| {
        let value = weights[row];
        if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(DataError::Weight { row, value }) }
    };
    let weights = rows.iter().map(weight).collect::<Result<Vec<_>, _>>()?;
    let len = weights.len();
    Ok(Tensor::from_data(TensorData::new(weights, [len]), device))
}

/// What a file holds, before it is known to be something a fit can have made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    inputs: Inputs,
    targets: TargetEncoder,
}

impl TryFrom<Stored> for Fitted {
    type Error = DataError;

    fn try_from(Stored { inputs, targets }: Stored) -> Result<Self, DataError> {
        let (sound, what) = match &inputs {
            Inputs::Images(images) => (images.is_sound(), "the scaling of the images"),
            Inputs::Table(table) => (table.is_sound(), "the columns"),
        };
        if !sound {
            return Err(DataError::Damaged { what });
        }
        if !targets.is_sound() {
            return Err(DataError::Damaged { what: "the targets" });
        }
        Ok(Self { inputs, targets })
    }
}
