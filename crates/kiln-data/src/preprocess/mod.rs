//! Preprocessing that cannot leak: an unfitted [`Preprocess`] sees only a [`TrainView`], and only what it fits, a
//! [`Fitted`], makes batches.
//!
//! | input | what becomes of it |
//! |---|---|
//! | numeric column | missing cells: the training mean; then, if standardised, mean 0 and standard deviation 1 |
//! | categorical column | one column for each category of the training part, 0 or 1; one more for missing cells if the training part has some; a category that training did not see is all zeros |
//! | 8-bit image | `x / 255`; then, if standardised, mean 0 and standard deviation 1 per channel |
//! | target numbers | if standardised, mean 0 and standard deviation 1; [`Fitted::unscale`] goes back |
//!
//! Standard deviations are those of the population (divided by n, not n − 1), and a constant column keeps its
//! scale, so the numbers are those of scikit-learn's `SimpleImputer`, `StandardScaler` and `OneHotEncoder`.
//!
//! That something unfitted transforms is no case to test for, it does not compile:
//!
//! ```compile_fail
//! # use kiln_data::{Batch, DataError, Dataset, Preprocess};
//! # use burn::tensor::Device;
//! fn leak(unfitted: Preprocess, data: &Dataset, device: &Device) -> Result<Batch, DataError> {
//!     unfitted.batch(data, &[0], device)
//! }
//! ```
//!
//! while the same with a fitted one does:
//!
//! ```
//! # use kiln_data::{Batch, DataError, Dataset, Fitted};
//! # use burn::tensor::Device;
//! fn batch(fitted: Fitted, data: &Dataset, device: &Device) -> Result<Batch, DataError> {
//!     fitted.batch(data, &[0], device)
//! }
//! ```
//!
//! A view of the training part comes from a split and from nowhere else:
//!
//! ```compile_fail
//! # use kiln_data::{Dataset, TrainView};
//! fn everything<'a>(data: &'a Dataset, rows: &'a [usize]) -> TrainView<'a> {
//!     TrainView::new(data, rows)
//! }
//! ```
//!
//! ```compile_fail
//! # use kiln_data::{Dataset, TrainView};
//! fn everything<'a>(dataset: &'a Dataset, rows: &'a [usize]) -> TrainView<'a> {
//!     TrainView { dataset, rows }
//! }
//! ```
//!
//! ```
//! # use kiln_data::{Dataset, Split, TrainView};
//! fn training_part<'a>(data: &'a Dataset, split: &'a Split) -> TrainView<'a> {
//!     split.train_view(data)
//! }
//! ```

mod fitted;
mod images;
mod mismatch;
mod scale;
mod table;
mod target;

pub use fitted::Fitted;
pub use mismatch::Mismatch;
pub use target::TargetNumbers;

use crate::{DataError, Dataset, Features, check};

/// The rows of a data set that may be fitted on. Only [`Split::train_view`](crate::Split::train_view) makes one.
#[derive(Debug, Clone, Copy)]
pub struct TrainView<'a> {
    dataset: &'a Dataset,
    rows: &'a [usize],
}

impl<'a> TrainView<'a> {
    pub(crate) fn new(dataset: &'a Dataset, rows: &'a [usize]) -> Self {
        Self { dataset, rows }
    }
}

/// Preprocessing before it has seen data: it can be fitted and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preprocess {
    /// Whether numeric columns, image channels and target numbers are brought to mean 0 and standard deviation 1.
    pub standardize: bool,
}

impl Preprocess {
    /// Learns means, standard deviations and categories from the training part.
    ///
    /// # Errors
    /// [`DataError::NoValues`] for a numeric column without a single value, [`DataError::NotFinite`] for an
    /// infinite number or a missing target, [`DataError::NoItems`] for an empty training part,
    /// [`DataError::Inconsistent`] for a data set whose columns differ in length.
    pub fn fit(&self, train: &TrainView<'_>) -> Result<Fitted, DataError> {
        let TrainView { dataset, rows } = *train;
        check::rows(rows, check::dataset(dataset)?)?;
        if rows.is_empty() {
            return Err(DataError::NoItems);
        }
        let inputs = match &dataset.features {
            Features::Images(images) => {
                fitted::Inputs::Images(images::ImageScaler::fit(images, rows, self.standardize))
            }
            Features::Table(columns) => {
                fitted::Inputs::Table(table::TableEncoder::fit(columns, rows, self.standardize)?)
            }
        };
        Ok(Fitted::new(inputs, target::TargetEncoder::fit(&dataset.target, rows, self.standardize)?))
    }
}
