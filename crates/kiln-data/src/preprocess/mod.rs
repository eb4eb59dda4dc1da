//! Preprocessing that cannot leak: an unfitted [`Preprocess`] sees only a [`TrainView`], and only what it fits, a
//! [`Fitted`], makes batches.
//!
//! | input | what becomes of it |
//! |---|---|
//! | numeric column | missing cells: the training mean; then, if standardised, mean 0 and standard deviation 1 |
//! | categorical column | one column for each category of the training part, 0 or 1; one more for missing cells if the training part has some; a category that training did not see is all zeros |
//! | encoded columns | with `pca`, their principal components: see [`Pca`] |
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
//!
//! Components are fitted on the training part and on nothing else, because they are part of [`Preprocess`]. On a whole data
//! set they do not compile,
//!
//! ```compile_fail,E0308
//! # use kiln_data::{Components, DataError, Dataset, Fitted, Preprocess, Split};
//! fn leak(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { pca: Some(Components::Count(2)), ..Preprocess::default() }.fit(data)
//! }
//! ```
//!
//! nor on a view of the test part, which a split does not make,
//!
//! ```compile_fail,E0599
//! # use kiln_data::{Components, DataError, Dataset, Fitted, Preprocess, Split};
//! fn leak(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { pca: Some(Components::Count(2)), ..Preprocess::default() }.fit(&split.test_view(data))
//! }
//! ```
//!
//! ```compile_fail,E0308
//! # use kiln_data::{Components, DataError, Dataset, Fitted, Preprocess, Split};
//! fn leak(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { pca: Some(Components::Count(2)), ..Preprocess::default() }.fit(&(data, &split.test))
//! }
//! ```
//!
//! while on the training part they do:
//!
//! ```
//! # use kiln_data::{Components, DataError, Dataset, Fitted, Preprocess, Split};
//! fn fit(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { pca: Some(Components::Count(2)), ..Preprocess::default() }.fit(&split.train_view(data))
//! }
//! ```

mod encoding;
mod fitted;
mod groups;
mod images;
mod matrix;
mod mismatch;
mod pca;
mod scale;
mod svd;
mod table;
mod target;

pub use fitted::Fitted;
pub use groups::FeatureGroup;
pub use mismatch::Mismatch;
pub use pca::Pca;
pub use target::TargetNumbers;

use crate::{Components, DataConfig, DataError, Dataset, Features, check};

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

/// Preprocessing before it has seen data: it can be fitted and nothing else. The default changes nothing but missing cells
/// and categories.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Preprocess {
    /// Whether numeric columns, image channels and target numbers are brought to mean 0 and standard deviation 1.
    pub standardize: bool,
    /// Tables only: the principal components that take the place of the encoded columns. Default: none, the columns stay.
    pub pca: Option<Components>,
    /// Whether every component is divided by its standard deviation in the training part.
    pub whiten: bool,
}

impl From<&DataConfig> for Preprocess {
    fn from(config: &DataConfig) -> Self {
        Self { standardize: config.standardize, pca: config.pca, whiten: config.whiten }
    }
}

impl Preprocess {
    /// Learns means, standard deviations, categories and components from the training part.
    ///
    /// # Errors
    /// [`DataError::NoValues`] for a numeric column without a single value, [`DataError::NotFinite`] for an
    /// infinite number or a missing target, [`DataError::NoItems`] for an empty training part,
    /// [`DataError::Inconsistent`] for a data set whose columns differ in length, [`DataError::Number`] for more components
    /// than columns or a share that is none, [`DataError::NoVariance`] for components of constant columns,
    /// [`DataError::NeedsTable`] for components of images, [`DataError::WhitenAlone`] for `whiten` without `pca`.
    pub fn fit(&self, train: &TrainView<'_>) -> Result<Fitted, DataError> {
        let TrainView { dataset, rows } = *train;
        check::rows(rows, check::dataset(dataset)?)?;
        if rows.is_empty() {
            return Err(DataError::NoItems);
        }
        if self.whiten && self.pca.is_none() {
            return Err(DataError::WhitenAlone);
        }
        let inputs = match &dataset.features {
            Features::Images(images) => {
                self.check_images()?;
                fitted::Inputs::Images(images::ImageScaler::fit(images, rows, self.standardize))
            }
            Features::Table(columns) => fitted::Inputs::Table(table::TableEncoder::fit(columns, rows, self)?),
        };
        Ok(Fitted::new(inputs, target::TargetEncoder::fit(&dataset.target, rows, self.standardize)?))
    }

    /// An error for a setting that means nothing for images.
    fn check_images(&self) -> Result<(), DataError> {
        match self.pca {
            Some(_) => Err(DataError::NeedsTable { setting: "data.pca" }),
            None => Ok(()),
        }
    }
}
