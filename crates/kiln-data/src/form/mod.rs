//! The forms that the inputs of items can have.
//!
//! A form is a file with a [`Form`] and a line in the list below. The list makes the enums that carry a form through
//! the program; code that does not care about the form asks their methods and matches on nothing. What is asked of one
//! form alone is in `views.rs`.

mod dispatch;
mod images;
mod kind;
mod table;
mod tokens;
mod views;

use burn::tensor::Tensor;

pub use images::Images;
pub use table::{Column, MISSING, Values};
pub use tokens::{TokenBatch, TokenShape, Tokens};

use crate::preprocess::TableEncoder;
use images::{ImageForm, ImageScaler};
use kind::Form;
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

impl InputShape {
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
