//! Preprocessing that cannot leak: an unfitted [`Preprocess`] sees only a [`TrainView`], and only what it fits, a
//! [`Fitted`], makes batches.
//!
//! | input | what becomes of it |
//! |---|---|
//! | numeric column | missing cells: the training mean; then, if standardised, mean 0 and standard deviation 1, in f64 |
//! | numeric column, [`Scaling::RobustSmoothClip`](crate::Scaling::RobustSmoothClip) or [`Scaling::QuantileNormal`](crate::Scaling::QuantileNormal) | missing cells: the training median; then by median and quartiles, or by rank |
//! | categorical column | one column for each category of the training part, 0 or 1; one more for missing cells if the training part has some; a category that training did not see is all zeros |
//! | categorical column, with `min_frequency` | the same, but categories of fewer rows, and those that training did not see, share one column, the last: scikit-learn's `handle_unknown="infrequent_if_exist"` |
//! | numeric column with missing cells in the training part, with `missing_flags` | the same, and one more column that is 1 where the cell is missing, else 0: scikit-learn's `SimpleImputer(add_indicator=True)` |
//! | column of dates | year, month, day of the week and days since 1970-01-01, each as a numeric column |
//! | categorical column, encoded by the target | the mean of the target in its category, and then as a numeric column: see below |
//! | encoded columns | with `select`, those with the highest F score: scikit-learn's `SelectKBest` with `f_classif` or `f_regression`, of equal scores the first |
//! | columns that are kept | with `pca`, their principal components: see [`Pca`] |
//! | text | tokens of a [`Tokenizer`](crate::Tokenizer) that is trained on the training part, at most `longest` of them |
//! | 8-bit image | `x / 255`; then, if standardised, mean 0 and standard deviation 1 per channel |
//! | target numbers | with `target_transform`, their logarithm or Yeo and Johnson's power; then, if standardised, mean 0 and standard deviation 1; [`Fitted::unscale`] goes back |
//! | column without a value in the training part | nothing: [`Fitted::left_out`] names it |
//!
//! Standard deviations are those of the population (divided by n, not n − 1), and a constant column keeps its
//! scale, so the numbers are those of scikit-learn's `SimpleImputer`, `StandardScaler` and `OneHotEncoder`.
//! Rows with weights count that much in all that is fitted, as with `sample_weight` there. A row of weight 0 is not looked at: a category
//! that no other row has is not known. Medians, quartiles and ranks count every other row once.
//!
//! An unfitted [`Preprocess`] cannot make batches. This does not compile:
//!
//! ```compile_fail
//! # use kiln_data::{Batch, DataError, Dataset, Preprocess};
//! # use burn::tensor::Device;
//! fn leak(unfitted: Preprocess, data: &Dataset, device: &Device) -> Result<Batch, DataError> {
//!     unfitted.batch(data, &[0], device)
//! }
//! ```
//!
//! The same with a [`Fitted`] compiles:
//!
//! ```
//! # use kiln_data::{Batch, DataError, Dataset, Fitted};
//! # use burn::tensor::Device;
//! fn batch(fitted: Fitted, data: &Dataset, device: &Device) -> Result<Batch, DataError> {
//!     fitted.batch(data, &[0], device)
//! }
//! ```
//!
//! Only a split makes a view of the training part:
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
//! # Categories by the target
//!
//! [`Encode::Target`](crate::Encode::Target) replaces a category by the mean of the target among its training rows. The mean is drawn towards that of
//! all rows, the more the less certain it is: scikit-learn's `TargetEncoder` with `smooth="auto"`. For two classes it is
//! the share of the second. More classes, and several target columns, give one feature each. Missing cells are a category
//! if the training part has some. Otherwise they, and unknown categories, get the mean of all rows.
//!
//! A training row must not see its own target in its inputs. So training rows are encoded within five inner folds, each
//! by the means of the other four. The folds are drawn at random, by class where there are classes. All other rows get the means of
//! the whole training part. The type says which rows are training rows: [`Fitted::train_numbers`]
//! takes a [`TrainView`], and [`Rows::training`](crate::Rows::training), which [`Prepared::train`](crate::Prepared::train) gives,
//! makes one from the split. [`Fitted::batch`], [`Fitted::inputs`] and [`Rows::new`](crate::Rows::new) take rows to judge. A view of other
//! rows or other targets than those of the fit is an error. New rows cannot be encoded as training rows:
//!
//! ```compile_fail,E0308
//! # use kiln_data::{DataError, Dataset, Fitted, Split};
//! fn leak(fitted: &Fitted, data: &Dataset, split: &Split) -> Result<Vec<f32>, DataError> {
//!     fitted.train_numbers(data, &split.test)
//! }
//! ```
//!
//! Rows of the training part can:
//!
//! ```
//! # use kiln_data::{DataError, Dataset, Fitted, Split};
//! fn encoded(fitted: &Fitted, data: &Dataset, split: &Split) -> Result<Vec<f32>, DataError> {
//!     fitted.train_numbers(&split.train_view(data), &split.train)
//! }
//! ```
//!
//! Fitting it on a whole data set does not compile:
//!
//! ```compile_fail,E0308
//! # use kiln_data::{DataError, Dataset, Encode, Fitted, Preprocess, Split};
//! fn leak(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { encode: Encode::Target, ..Preprocess::default() }.fit(data)
//! }
//! ```
//!
//! Nor does a view of the test part, which a split does not make:
//!
//! ```compile_fail,E0599
//! # use kiln_data::{DataError, Dataset, Encode, Fitted, Preprocess, Split};
//! fn leak(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { encode: Encode::Target, ..Preprocess::default() }.fit(&split.test_view(data))
//! }
//! ```
//!
//! On the training part it compiles:
//!
//! ```
//! # use kiln_data::{DataError, Dataset, Encode, Fitted, Preprocess, Split};
//! fn fit(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { encode: Encode::Target, ..Preprocess::default() }.fit(&split.train_view(data))
//! }
//! ```
//!
//! # Components
//!
//! Components are part of [`Preprocess`], so they are fitted on the training part and on nothing else. On a whole data
//! set they do not compile:
//!
//! ```compile_fail,E0308
//! # use kiln_data::{Components, DataError, Dataset, Fitted, Preprocess, Split};
//! fn leak(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { pca: Some(Components::Count(2)), ..Preprocess::default() }.fit(data)
//! }
//! ```
//!
//! Nor does a view of the test part, which a split does not make:
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
//! On the training part they compile:
//!
//! ```
//! # use kiln_data::{Components, DataError, Dataset, Fitted, Preprocess, Split};
//! fn fit(data: &Dataset, split: &Split) -> Result<Fitted, DataError> {
//!     Preprocess { pca: Some(Components::Count(2)), ..Preprocess::default() }.fit(&split.train_view(data))
//! }
//! ```

mod bin_tree;
mod bins;
mod carried;
mod coarse;
mod curve;
mod date_encoding;
mod encoding;
mod fit;
mod fit_column;
mod fit_rows;
mod fitted;
mod groups;
mod infrequent;
mod inner_folds;
mod matrix;
mod mismatch;
mod pca;
mod power;
mod scale;
mod select;
mod sequence_steps;
mod settings;
mod steps;
mod svd;
mod table;
mod target_means;
mod text;
mod train_targets;
mod train_view;
mod unseen;

pub(crate) use fit_rows::FitRows;
pub use fitted::Fitted;
pub use groups::FeatureGroup;
pub(crate) use inner_folds::InnerFolds;
pub(crate) use matrix::Matrix;
pub use mismatch::Mismatch;
pub use pca::Pca;
pub(crate) use power::fit as fit_power;
pub(crate) use scale::Scale;
pub use sequence_steps::{SeriesScaling, SeriesSteps, TextSteps, TextTokens};
pub use settings::Preprocess;
pub use steps::{ColumnEncoding, ColumnStep, TableSteps};
pub(crate) use table::TableEncoder;
pub use text::TextSettings;
pub(crate) use train_targets::TrainTargets;
pub use train_view::TrainView;
pub(crate) use unseen::OTHERS;
pub use unseen::{Unseen, UnseenValue};
