//! Preprocessing that was fitted: the only thing that makes batches.

mod rows;
mod series;
mod texts;
mod unseen;

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::device::counts::sent;
use serde::{Deserialize, Serialize};

use super::groups::FeatureGroup;
use super::inner_folds::InnerFolds;
use super::pca::Pca;
use super::steps::TableSteps;
use super::table::TableEncoder;
use super::train_view::TrainView;
use crate::cell::{CellRules, Decimal, Marks};
use crate::form::Encoder;
use crate::target::TargetEncoder;
use crate::{
    Batch, ColumnSchema, DataError, Dataset, Features, ImageSettings, Inconsistency, InputShape, Inputs,
    Power, Target, TargetNumbers, check,
};

/// Preprocessing fitted on a training part by [`Preprocess::fit`](super::Preprocess::fit). It belongs to the model
/// it was trained with and is stored beside its weights: the numbers survive JSON bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Fitted {
    pub(super) inputs: Encoder,
    pub(super) targets: TargetEncoder,
    #[serde(skip_serializing_if = "CellRules::is_default")]
    pub(super) cells: CellRules,
}

impl Fitted {
    pub(super) fn new(inputs: Encoder, targets: TargetEncoder, cells: CellRules) -> Self {
        Self { inputs, targets, cells }
    }

    /// Which texts of new rows stand for a missing value: those that did in the training data.
    pub(crate) fn marks(&self) -> Marks {
        let precision = self.inputs.as_table().map(TableEncoder::precision).unwrap_or_default();
        if precision.is_old() { Marks::First } else { self.cells.marks() }
    }

    /// What decimals of new rows begin with, where their cells do not tell.
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        self.cells.decimal
    }

    /// The shape of one preprocessed item.
    pub fn input_shape(&self) -> InputShape {
        self.inputs.shape()
    }

    /// What a model has to predict for an item: the number of classes or of target columns.
    pub fn outputs(&self) -> usize {
        self.targets.names().len()
    }

    /// The names of what is predicted, in the order of the outputs: of the classes, or of the target columns.
    pub fn output_names(&self) -> &[String] {
        self.targets.names()
    }

    /// The names of the classes in the order of the outputs; `None` when the targets are not one class an item.
    pub fn class_names(&self) -> Option<&[String]> {
        self.targets.class_names()
    }

    /// The names of the target columns in the order of the outputs; `None` when the targets are not numbers.
    pub fn target_names(&self) -> Option<&[String]> {
        self.targets.value_names()
    }

    /// The names of the labels in the order of the outputs; `None` when the targets are not sets of labels.
    pub fn label_names(&self) -> Option<&[String]> {
        self.targets.label_names()
    }

    /// The input columns that data must have, in order; `None` for other forms than tables. Categories are those of the
    /// training part. Other categories may come and are all zeros.
    pub fn columns(&self) -> Option<&[ColumnSchema]> {
        self.inputs.as_table().map(|table| table.columns.as_slice())
    }

    /// What each number of a preprocessed row is: `age`, `colour=red`, `colour=missing`, encoded by
    /// the target `colour` or `colour:class`, with principal components `pc1`;
    /// `None` for other forms than tables.
    pub fn feature_names(&self) -> Option<Vec<String>> {
        self.inputs.as_table().map(TableEncoder::names)
    }

    /// The features of a preprocessed row by what belongs together, in their order. Empty for other forms than tables.
    pub fn feature_groups(&self) -> Vec<FeatureGroup> {
        self.inputs.as_table().map(TableEncoder::groups).unwrap_or_default()
    }

    /// The edges of the bins of every feature that is a number, in their order: rising, one or more each. `None` without `data.bins`.
    pub fn bins(&self) -> Option<&[Vec<f32>]> {
        self.inputs.as_table().and_then(TableEncoder::bins)
    }

    /// The principal components that rows are brought to; `None` without.
    pub fn pca(&self) -> Option<&Pca> {
        self.inputs.as_table().and_then(TableEncoder::pca)
    }

    /// The inputs and targets of `rows`, in their order, on `device`; a row may come twice. The rows are those of new data: for
    /// training rows see [`Rows::training`](crate::Rows::training).
    ///
    /// # Errors
    /// As [`Fitted::inputs`], and [`DataError::Mismatch`] when the targets have other names,
    /// [`DataError::Inconsistent`] when there are more or fewer of them, or of the weights, than inputs,
    /// [`DataError::Weight`] for a weight that is negative or not finite.
    pub fn batch(&self, data: &Dataset, rows: &[usize], device: &Device) -> Result<Batch, DataError> {
        self.batch_within(data, rows, None, device)
    }

    /// As [`Fitted::batch`]; with `folds`, of training rows.
    pub(crate) fn batch_within(
        &self,
        data: &Dataset,
        rows: &[usize],
        folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Batch, DataError> {
        let (inputs, targets) = (data.features.rows()?, data.target.rows()?);
        if inputs != targets {
            return Err(Inconsistency::TargetLength { inputs, targets }.into());
        }
        check::some_rows(rows, inputs)?;
        Ok(Batch {
            inputs: self.inputs.batch(&data.features, rows, folds, device)?,
            targets: self.targets.encode(&data.target, rows)?.into_targets(device),
            weights: self
                .weight_numbers(data, rows)?
                .map(|weights| Tensor::from_data(sent(TensorData::new(weights, [rows.len()])), device)),
        })
    }

    /// What each of `rows` counts, on the host; `None` where all count the same.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] when there are more or fewer weights than inputs or for a row that is not there,
    /// [`DataError::Weight`] for a weight that is negative or not finite.
    pub fn weight_numbers(&self, data: &Dataset, rows: &[usize]) -> Result<Option<Vec<f32>>, DataError> {
        let inputs = data.features.rows()?;
        check::rows(rows, inputs)?;
        check::weights(data.weights.as_deref(), inputs)?;
        let Some(weights) = &data.weights else { return Ok(None) };
        check::finite_weights(weights, rows)?;
        let weight = |&row: &usize| match weights[row] as f32 {
            weight if weight.is_finite() => Ok(weight),
            _ => Err(DataError::Weight { row, value: weights[row] }),
        };
        rows.iter().map(weight).collect::<Result<_, _>>().map(Some)
    }

    /// The inputs of `rows`, in their order, on `device`; a row may come twice.
    ///
    /// # Errors
    /// [`DataError::NoItems`] without rows, [`DataError::Inconsistent`] for a row that is not there,
    /// [`DataError::Mismatch`] when the columns or the size of the images are not those of the training data,
    /// [`DataError::NotFinite`] for a number that is infinite or becomes so.
    pub fn inputs(&self, features: &Features, rows: &[usize], device: &Device) -> Result<Inputs, DataError> {
        check::some_rows(rows, features.rows()?)?;
        self.inputs.batch(features, rows, None, device)
    }

    /// The numbers of [`Fitted::inputs`] on the host, row-major, item after item.
    ///
    /// # Errors
    /// As [`Fitted::inputs`], and [`DataError::NotNumeric`] for items that are something else than numbers, such as token
    /// sequences.
    pub fn input_numbers(&self, features: &Features, rows: &[usize]) -> Result<Vec<f32>, DataError> {
        self.numbers(features, rows, None)
    }

    /// The numbers of rows of the training part on the host, as the model is to be trained on them. Others than those of
    /// [`Fitted::input_numbers`] only where categories are encoded by the target, because there every row is encoded without its
    /// own.
    ///
    /// # Errors
    /// As [`Fitted::input_numbers`], and [`DataError::NotTheTrainingPart`] for a view, or a row, of something else than it was
    /// fitted on.
    pub fn train_numbers(&self, train: &TrainView<'_>, rows: &[usize]) -> Result<Vec<f32>, DataError> {
        self.numbers(&train.dataset.features, rows, self.folds(train)?.as_ref())
    }

    /// The inner folds of the training part; `None` where its rows are encoded as all others are.
    pub(crate) fn folds(&self, train: &TrainView<'_>) -> Result<Option<InnerFolds>, DataError> {
        let precision = self.inputs.as_table().map(TableEncoder::precision).unwrap_or_default();
        self.inputs.folds(&train.targets(precision))
    }

    /// As [`Fitted::input_numbers`]; with `folds`, of training rows.
    pub(crate) fn numbers(
        &self,
        features: &Features,
        rows: &[usize],
        folds: Option<&InnerFolds>,
    ) -> Result<Vec<f32>, DataError> {
        check::some_rows(rows, features.rows()?)?;
        self.inputs.numbers(features, rows, folds)
    }

    /// What each value of an 8-bit pixel becomes, one table a channel; `None` for other forms than images. So images can be changed
    /// as the bytes they are and scaled afterwards, with the numbers that [`Fitted::inputs`] gives.
    pub fn pixel_tables(&self) -> Option<Vec<[f32; 256]>> {
        self.inputs.pixel_tables()
    }

    /// How image files become images like those of the training data; the default for other forms, and for images that are of one
    /// size by themselves.
    pub fn image_settings(&self) -> ImageSettings {
        self.inputs.image_settings()
    }

    /// The targets of `rows` on the host: classes, or numbers, scaled.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] for a row that is not there or a class without a name, [`DataError::Mismatch`] when
    /// the targets have other names, [`DataError::NotFinite`] for a number that is not finite.
    pub fn target_numbers(&self, target: &Target, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        check::rows(rows, target.rows()?)?;
        self.targets.encode(target, rows)
    }

    /// Predictions of target numbers, row-major `[n, outputs]`, in the units of the data: in f64, because what an f32 tells apart
    /// before it cannot after. Classes, and numbers that were not standardised, stay as they are.
    pub fn unscale(&self, outputs: &[f32]) -> Vec<f64> {
        self.targets.unscale(outputs)
    }

    /// Gives numbers in the units of the data the digits that mean something: each becomes the shortest decimal that is scaled to the
    /// same f32. Without effect on classes.
    pub fn shorten(&self, values: &mut [f64]) {
        self.targets.shorten(values);
    }

    /// What becomes of a row of a table; `None` for other forms.
    ///
    /// ```
    /// use kiln_core::Seed;
    /// use kiln_data::{ColumnEncoding, DataConfig, Prepared};
    ///
    /// let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0))?;
    /// let steps = iris.fitted.table_steps().expect("iris is a table");
    /// assert_eq!(steps.columns.len(), 4);
    /// assert!(matches!(steps.columns[0].encoding, ColumnEncoding::Number { scale: [mean, _], .. } if mean > 5.0));
    /// # Ok::<(), kiln_data::DataError>(())
    /// ```
    pub fn table_steps(&self) -> Option<TableSteps> {
        self.inputs.as_table().map(|table| table.steps(&self.marks()))
    }

    /// The mean of each target column and what it was divided by; `None` where the targets are no numbers.
    pub fn target_scales(&self) -> Option<Vec<[f64; 2]>> {
        self.targets.value_scales()
    }

    /// What the numbers of each target column go through before they are standardised; none where nothing is done.
    pub fn target_powers(&self) -> &[Power] {
        self.targets.powers()
    }

    /// The columns that have no value in any row of the training part that counts. They are no inputs, and data need not have them.
    pub fn left_out(&self) -> &[String] {
        self.inputs.as_table().map(TableEncoder::left_out).unwrap_or_default()
    }
}

/// What a file holds, before it is known to be something a fit can have made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    inputs: Encoder,
    targets: TargetEncoder,
    #[serde(default)]
    cells: CellRules,
}

impl TryFrom<Stored> for Fitted {
    type Error = DataError;

    fn try_from(Stored { inputs, targets, cells }: Stored) -> Result<Self, DataError> {
        if !inputs.is_sound() {
            return Err(DataError::Damaged { what: inputs.what() });
        }
        if !targets.is_sound() {
            return Err(DataError::Damaged { what: "the targets" });
        }
        Ok(Self { inputs, targets, cells })
    }
}
