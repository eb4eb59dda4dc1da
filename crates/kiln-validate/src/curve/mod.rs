//! Curves over folds: how a model does with more items to train on, and with other values of one setting.
//!
//! The fold that judges is the same all along a curve, so that two of its points differ by what is on the x axis and
//! nothing else. Training and test score side by side say whether more items would help (the two still approach each
//! other), or another model (they have met, too low).
//!
//! ```
//! use kiln_core::Seed;
//! use kiln_validate::cross::Parallel;
//! use kiln_validate::curve::{Draw, learning_curve};
//! use kiln_validate::split::{Items, KFold, Size, Splitter, SplitError};
//!
//! // The mean of the training items as a model, and its squared error as the score.
//! let y: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 11)).collect();
//! let items = Items::new(y.len());
//! let folds = KFold { folds: 4, shuffle: Some(Seed::new(1)) }.split(&items)?;
//! let sizes = [Size::Share(0.1), Size::Share(1.0)];
//! let points = learning_curve(&folds, &items, &sizes, Draw::Random(Seed::new(2)), Parallel::new(1), |_, fold| {
//!     let mean = fold.train().iter().map(|&i| y[i]).sum::<f64>() / fold.train().len() as f64;
//!     let error = fold.test().iter().map(|&i| (y[i] - mean).powi(2)).sum::<f64>();
//!     Ok::<f64, SplitError>(error / fold.test().len() as f64)
//! })?;
//! assert_eq!((points[0].items(), points[1].items()), (3.0, 30.0));
//! let [few, all] = [&points[0], &points[1]].map(|point| point.results.iter().sum::<f64>());
//! assert!(all < few);
//! # Ok::<(), SplitError>(())
//! ```

mod sizes;
mod subsets;

pub use sizes::train_sizes;
pub use subsets::{Draw, subsets};

use crate::cross::Parallel;
use crate::split::{Fold, Items, Size, SplitError};
use crate::statistics::{StatisticsError, Summary, summary};

/// One point of a curve: what every fold gave.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint<R> {
    /// Training items of each fold.
    pub train: Vec<usize>,
    /// Test items of each fold.
    pub test: Vec<usize>,
    /// What each fold gave.
    pub results: Vec<R>,
}

impl<R> CurvePoint<R> {
    /// Training items, the mean over the folds.
    pub fn items(&self) -> f64 {
        self.train.iter().sum::<usize>() as f64 / self.train.len() as f64
    }

    /// Test items over training items, the mean over the folds: what the corrected statistics need.
    pub fn test_share(&self) -> f64 {
        let shares = self.train.iter().zip(&self.test).map(|(train, test)| *test as f64 / *train as f64);
        shares.sum::<f64>() / self.train.len() as f64
    }

    /// Mean, spread and 95 % interval of a number of each fold. The interval is that of
    /// [`corrected_interval`](crate::statistics::corrected_interval): with few training items the folds share few of
    /// them, and still it is widened by test over training items, so that it is rather too wide there.
    ///
    /// # Errors
    /// As [`summary`]: fewer than two folds, a number that is not finite.
    pub fn summary(&self, number: impl Fn(&R) -> f64) -> Result<Summary, StatisticsError> {
        let numbers: Vec<f64> = self.results.iter().map(number).collect();
        summary(&numbers, self.test_share(), 0.95)
    }
}

/// Runs `run` with a part of every fold's training items, for each of `sizes`; the points are in rising order of size.
///
/// A size is a share of the fold's own training items, `(0, 1]` and rounded down but 1 at least, or a number of them.
/// Two sizes that come to the same number are one point. The items of a point are among those of the next. `run` is
/// given the number of the fold, and what it gives must depend on its arguments alone; `parallel.jobs` of all sizes and
/// folds run at once.
///
/// # Errors
/// [`SplitError`] for sizes out of their range, or the first error of `run`.
pub fn learning_curve<R, E>(
    folds: &[Fold],
    items: &Items<'_>,
    sizes: &[Size],
    draw: Draw,
    parallel: Parallel,
    run: impl Fn(usize, &Fold) -> Result<R, E> + Sync,
) -> Result<Vec<CurvePoint<R>>, E>
where
    R: Send,
    E: From<SplitError> + Send,
{
    let parts = sizes::parts(folds, items, sizes, draw)?;
    over(&parts, parallel, |_, number, fold| run(number, fold))
}

/// Runs `run` with each of `values` on every fold; the points are in the order of the values.
///
/// # Errors
/// The first error of `run`, in the order of values and folds.
pub fn validation_curve<T, R, E>(
    folds: &[Fold],
    values: &[T],
    parallel: Parallel,
    run: impl Fn(&T, usize, &Fold) -> Result<R, E> + Sync,
) -> Result<Vec<CurvePoint<R>>, E>
where
    T: Sync,
    R: Send,
    E: Send,
{
    let parts: Vec<Vec<Fold>> = values.iter().map(|_| folds.to_vec()).collect();
    over(&parts, parallel, |place, number, fold| run(&values[place], number, fold))
}

/// Runs all folds of all points.
fn over<R: Send, E: Send>(
    parts: &[Vec<Fold>],
    parallel: Parallel,
    run: impl Fn(usize, usize, &Fold) -> Result<R, E> + Sync,
) -> Result<Vec<CurvePoint<R>>, E> {
    let places: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(place, folds)| (0..folds.len()).map(move |fold| (place, fold)))
        .collect();
    let all: Vec<usize> = (0..places.len()).collect();
    let results = parallel.run(&all, |at| {
        let (place, fold) = places[at];
        run(place, fold, &parts[place][fold])
    })?;
    let mut results = results.into_iter();
    let point = |folds: &Vec<Fold>| CurvePoint {
        train: folds.iter().map(|fold| fold.train().len()).collect(),
        test: folds.iter().map(|fold| fold.test().len()).collect(),
        results: results.by_ref().take(folds.len()).collect(),
    };
    Ok(parts.iter().map(point).collect())
}
