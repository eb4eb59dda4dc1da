//! What a form of inputs is.

use burn::tensor::{Device, Tensor};

use crate::hash::Hash;
use crate::preprocess::{InnerFolds, TrainTargets};
use crate::{DataError, Description, Inconsistency, Preprocess};

/// What the program asks of a form of inputs, from what was read to the tensors of a batch.
///
/// All of it is pure: the same arguments give the same bits.
pub(crate) trait Form {
    /// What messages call it: `a table`.
    const NOUN: &'static str;
    /// What messages call its preprocessing: `the columns`.
    const FITTED: &'static str;
    /// Whether an item is a fixed number of numbers, so that it can be flattened, mixed and differentiated by.
    const NUMERIC: bool;
    /// What a data set holds, one row an item.
    type Features;
    /// What is learned from the training part.
    type Encoder;
    /// The shape of an item of a batch.
    type Shape;
    /// A batch on a device.
    type Batch;

    /// The number of rows of features that fit together. It is asked for every batch, so it must be quick.
    fn rows(features: &Self::Features) -> Result<usize, Inconsistency>;

    /// Whether every single row is sound. It is asked once, before the data are split or fitted on.
    fn check(_features: &Self::Features) -> Result<(), Inconsistency> {
        Ok(())
    }

    /// Puts all of the contents into the fingerprint.
    fn fingerprint(features: &Self::Features, hash: &mut Hash);

    /// What a user may want to know of them.
    fn describe(features: &Self::Features) -> Description;

    /// Learns from the training part, whose features these are. It has a row at least, and [`Form::rows`] holds.
    fn fit(
        features: &Self::Features,
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<Self::Encoder, DataError>;

    /// Whether a fit can have made this.
    fn is_sound(encoder: &Self::Encoder) -> bool;

    /// The shape of an item of a batch.
    fn shape(encoder: &Self::Encoder) -> Self::Shape;

    /// `rows` of `features` as a batch on `device`. Each row is there, and one may come twice. `folds`: those of training
    /// rows.
    fn batch(
        encoder: &Self::Encoder,
        features: &Self::Features,
        rows: &[usize],
        folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Self::Batch, DataError>;

    /// The numbers of such a batch on the host, item after item, for a form that is numeric.
    fn numbers(
        _encoder: &Self::Encoder,
        _features: &Self::Features,
        _rows: &[usize],
        _folds: Option<&InnerFolds>,
    ) -> Result<Vec<f32>, DataError> {
        Err(DataError::NotNumeric { found: Self::NOUN })
    }

    /// The inner folds that training rows are encoded within; `None` where they are encoded as all others are.
    fn folds(_encoder: &Self::Encoder, _train: &TrainTargets<'_>) -> Result<Option<InnerFolds>, DataError> {
        Ok(None)
    }

    /// The sizes of an item, outermost first.
    fn dims(shape: &Self::Shape) -> Vec<usize>;

    /// What items are, in words: `a table with 4 features`.
    fn words(shape: &Self::Shape) -> String;

    /// A batch of such numbers, for a form that is numeric.
    fn of_numbers(_shape: &Self::Shape, _numbers: Vec<f32>, _device: &Device) -> Option<Self::Batch> {
        None
    }

    /// The number of items in a batch.
    fn len(batch: &Self::Batch) -> usize;

    /// A batch as rows of numbers, `[N, sizes of an item]`.
    fn flat(batch: Self::Batch) -> Tensor<2>;

    /// Such rows as a batch like this one again, for a form that is numeric.
    fn unflat(_batch: &Self::Batch, _rows: Tensor<2>) -> Option<Self::Batch> {
        None
    }
}
