//! The forms that the inputs of items can have.
//!
//! A form is a file with a [`Form`] and a line in the list below. The list makes the enums that carry a form through
//! the program; code that does not care about the form asks their methods and matches on nothing.

mod dispatch;
mod images;
mod table;
mod tokens;

use burn::tensor::{Device, Tensor};

pub use images::Images;
pub use table::{Column, MISSING, Values};
pub use tokens::{TokenBatch, TokenShape, Tokens};

use crate::fingerprint::Hash;
use crate::preprocess::{InnerFolds, TableEncoder, TrainView};
use crate::{DataError, Description, Inconsistency, Preprocess};
use images::{ImageForm, ImageScaler};
use table::TableForm;
use tokens::{TokenEncoder, TokenForm};

dispatch::forms! {
    /// 8-bit images of one size. An item is `[channels, height, width]`, a batch `[N, channels, height, width]`, f32.
    "images" => Images(ImageForm): Images, ImageScaler, [usize; 3], Tensor<4>;
    /// Named columns of one length. An item is so many features, a batch `[N, features]`, f32.
    "table" => Table(TableForm): Vec<Column>, TableEncoder, usize, Tensor<2>;
    /// Sequences of token ids of different lengths. A batch has them padded to its longest, with their lengths.
    "tokens" => Tokens(TokenForm): Tokens, TokenEncoder, TokenShape, Box<TokenBatch>;
}

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
        train: &TrainView<'_>,
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
    fn folds(_encoder: &Self::Encoder, _train: &TrainView<'_>) -> Result<Option<InnerFolds>, DataError> {
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
