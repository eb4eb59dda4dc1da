//! Cross-validation: each fold is trained from nothing and judged on items that it has not seen.
//!
//! [`cross_validate`] takes any task as a closure from a fold to scores. What must be fresh for each fold (model,
//! optimiser, preprocessing, callbacks) is made in the closure, so that nothing can be carried over. Preprocessing is
//! fitted on [`Split::train_view`](kiln_data::Split::train_view) of [`fold_split`], which is part of the fold's
//! training items and nothing else.
//!
//! That something else is fitted on does not compile; a fold as such is no view:
//!
//! ```compile_fail
//! # use kiln_data::{DataError, Dataset, Fitted, Preprocess};
//! # use kiln_validate::split::Fold;
//! fn leak(data: &Dataset, fold: &Fold) -> Result<Fitted, DataError> {
//!     Preprocess { standardize: true, ..Preprocess::default() }.fit(data)
//! }
//! ```
//!
//! ```compile_fail
//! # use kiln_data::{DataError, Dataset, Fitted, Preprocess};
//! # use kiln_validate::split::Fold;
//! fn leak(data: &Dataset, fold: &Fold) -> Result<Fitted, DataError> {
//!     Preprocess { standardize: true, ..Preprocess::default() }.fit(&(data, fold.test()))
//! }
//! ```
//!
//! A fold that tests what it trains on cannot be made, neither by hand nor out of a file:
//!
//! ```
//! # use kiln_validate::split::{Fold, SplitError};
//! let items = vec![0, 1, 2];
//! assert_eq!(Fold::new(items.clone(), items), Err(SplitError::InBoth { item: 0 }));
//! let read = serde_json::from_str::<Fold>(r#"{ "train": [0, 1], "test": [1, 2] }"#);
//! assert!(read.unwrap_err().to_string().starts_with("a fold both trains on item 1 and tests it"));
//! ```
//!
//! ```compile_fail
//! # use kiln_validate::split::Fold;
//! fn everything(items: Vec<usize>) -> Fold {
//!     Fold { train: items.clone(), test: items }
//! }
//! ```
//!
//! while the honest way does:
//!
//! ```
//! # use kiln_core::Seed;
//! # use kiln_data::{DataConfig, DataError, Dataset, Fitted, Preprocess};
//! # use kiln_validate::cross::{Inner, fold_split};
//! # use kiln_validate::split::Fold;
//! fn fit(data: &Dataset, fold: &Fold) -> Result<Fitted, Box<dyn std::error::Error>> {
//!     let split = fold_split(fold, data, 0.1, Inner::Random { stratify: true }, Seed::new(0))?;
//!     Ok(Preprocess { standardize: true, ..Preprocess::default() }.fit(&split.train_view(data))?)
//! }
//! ```

mod inner;
mod nested;
mod parallel;
mod plan;

pub use inner::{Inner, fold_split};
pub use nested::inner_folds;
pub use parallel::Parallel;
pub use plan::{CvPlan, Scheme};

use crate::split::{Fold, Items, SplitError, Splitter, folds_of};

/// Splits the items and runs `run` for each fold, `parallel.jobs` of them side by side; the results are in the order of
/// the folds.
///
/// What `run` gives must depend on nothing but its arguments: then it does not matter how many run at once. kiln's
/// models, loaders and trainer are like that. Each fold computes in a pool of threads of its own.
///
/// A module that draws from Burn's generator, such as `burn::nn::Dropout`, is not: that generator is one for the whole
/// process, and folds side by side would take numbers from each other. Train such a module one fold at a time
/// (`Parallel::new(1)`), or draw from the seed of the step (`kiln_kernels::dropout`). `kiln_experiment::own` refuses it
/// with that reason; here a trainer does so when it is told `Trainer::side_by_side`.
///
/// ```
/// use kiln_core::Seed;
/// use kiln_validate::cross::{Parallel, cross_validate};
/// use kiln_validate::split::{Items, KFold, SplitError};
///
/// // The mean of the training items as a model, and its squared error as the score.
/// let y = [1.0, 2.0, 4.0, 3.0, 2.5, 3.5];
/// let mse = cross_validate(&KFold { folds: 3, shuffle: None }, &Items::new(6), Parallel::new(2), |_, fold| {
///     let mean = fold.train().iter().map(|&i| y[i]).sum::<f64>() / fold.train().len() as f64;
///     let squares = fold.test().iter().map(|&i| (y[i] - mean) * (y[i] - mean));
///     Ok::<f64, SplitError>(squares.sum::<f64>() / fold.test().len() as f64)
/// })?;
/// assert_eq!(mse.len(), 3);
/// # Ok::<(), SplitError>(())
/// ```
///
/// # Errors
/// [`SplitError`] when the items cannot be split so; or the error of the first fold, in their order, that failed. After
/// a failure no further fold is started.
pub fn cross_validate<R, E>(
    splitter: &dyn Splitter,
    items: &Items<'_>,
    parallel: Parallel,
    run: impl Fn(usize, &Fold) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E>
where
    R: Send,
    E: From<SplitError> + Send,
{
    let folds = folds_of(splitter, items)?;
    let numbers: Vec<usize> = (0..folds.len()).collect();
    parallel.run(&numbers, |fold| run(fold, &folds[fold]))
}
