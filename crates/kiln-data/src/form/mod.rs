//! The forms that the inputs of items can have.
//!
//! A form is a file with a [`Form`] and a line in the list below. The list makes the enums that carry a form through
//! the program; code that does not care about the form asks their methods and matches on nothing. What is asked of one
//! form alone is in `views.rs`.

mod dispatch;
mod images;
mod kind;
mod padded;
mod series;
mod table;
mod text;
mod tokens;
mod views;

use burn::tensor::Tensor;

pub(crate) use images::Decoding;
pub use images::{Gathered, ImageFiles, Images, Pixels};
pub use padded::{TokenBatch, TokenShape};
pub use series::{Series, SeriesBatch, SeriesShape};
pub(crate) use table::{CellBlock, ColumnStore, StoredCells, gathered};
pub use table::{Column, MISSING, StoredColumn, Values};
pub use text::{TextFacts, Texts};
pub use tokens::Tokens;

use crate::preprocess::TableEncoder;
use images::{ImageForm, ImageScaler};
use kind::Form;
use series::{SeriesEncoder, SeriesForm};
use table::TableForm;
use text::{TextEncoder, TextForm};
use tokens::{TokenEncoder, TokenForm};

dispatch::forms! {
    /// 8-bit images of one size. An item is `[channels, height, width]`, a batch `[N, channels, height, width]`, f32.
    "images" => Images(ImageForm): Images, ImageScaler, [usize; 3], Tensor<4>;
    /// Named columns of one length. An item is so many features, a batch `[N, features]`, f32.
    "table" => Table(TableForm): Vec<Column>, TableEncoder, usize, Tensor<2>;
    /// Sequences of token ids of different lengths. A batch has them padded to its longest, with their lengths.
    "tokens" => Tokens(TokenForm): Tokens, TokenEncoder, TokenShape, Box<TokenBatch>;
    /// Texts. The tokeniser is learned from the training part, and a batch is that of token sequences.
    "text" => Text(TextForm): Texts, TextEncoder, TokenShape, Box<TokenBatch>;
    /// Time series of different lengths. A batch has them padded to its longest, `[N, channels, T]`, f32, with their lengths.
    "series" => Series(SeriesForm): Series, SeriesEncoder, SeriesShape, Box<SeriesBatch>;
}

/// The most items of any batch that is judged: enough to keep a device busy.
pub(crate) const AT_ONCE: usize = 500;

/// The bytes that the numbers of such a batch may take. Two or three of them are in memory at once.
const AT_ONCE_BYTES: usize = 64 << 20;

/// Numbers that a network keeps of a step of a series.
const SERIES_WIDTH: usize = 128;

impl InputShape {
    /// How many items are scored or predicted at once, so that their batch fits in memory beside others: 500, of images
    /// as many as fit 64 MiB, of series as many as fit with 128 numbers a step, but one at least.
    ///
    /// ```
    /// use kiln_data::InputShape;
    ///
    /// assert_eq!(InputShape::Table(1000).at_once(), 500);
    /// assert_eq!(InputShape::Images([3, 224, 224]).at_once(), 111);
    /// ```
    pub fn at_once(&self) -> usize {
        let numbers = match (self.as_images(), self.as_series()) {
            (Some(_), _) => self.features(),
            (_, Some(shape)) => SERIES_WIDTH.saturating_mul(shape.longest),
            _ => return AT_ONCE,
        };
        (AT_ONCE_BYTES / size_of::<f32>() / numbers.max(1)).clamp(1, AT_ONCE)
    }

    /// The product of [`InputShape::dims`]: how many numbers one item has.
    pub fn features(&self) -> usize {
        self.dims().iter().product()
    }
}

impl Inputs {
    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
