//! Intervals and sets for the predictions of a run.

use std::path::Path;

use kiln_core::Range;
use kiln_data::Dataset;
use kiln_validate::conformal::{ClassSet, CrossSet, Interval, QuantileInterval, cross_interval, least_items};

use super::calibrate;
use super::cross::{self, HeldOut};
use crate::error::{ExperimentError, IntervalError};
use crate::observer::Observer;
use crate::predict::{Bound, Bounds, Predictor};
use crate::run::{is_cross_validation, is_ensemble};
use crate::session::Session;

/// Intervals for numbers, and sets of classes, that hold the truth with a share of `level` of new items. With several target columns each
/// holds by itself.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::conformal::Intervals;
/// use kiln_experiment::predict::Bounds;
/// use kiln_experiment::{Session, train};
///
/// let overrides = ["train.epochs=20", "data.calibration=0.3"].map(str::to_owned).to_vec();
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// let intervals = Intervals::of_run(&trained.run, 0.9, &session, &())?;
/// let sure = intervals.of(&[vec![0.999, 0.0005, 0.0005]])?;
/// assert_eq!(sure.set, [0]);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    level: f64,
    items: usize,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    /// Of each target column.
    Widths(Vec<Interval>),
    Set(ClassSet),
    /// Of each target column what is predicted and what is true, with the fold of each item.
    Cross(Vec<[Vec<f64>; 2]>, Vec<usize>),
    CrossSet(CrossSet),
    /// Of each target column, between the numbers of two models.
    Between(Vec<QuantileInterval>),
}

impl Intervals {
    /// Those of the run in `run`, for a level above 0 and below 1. Of a training they are calibrated on its calibration part once, and
    /// `intervals.json` keeps that; later ones need no data.
    ///
    /// # Errors
    /// [`IntervalError`]: a training without a calibration part, too few items for the level, several labels an item, folds in the order
    /// of time or repeated; data that are needed and not there; as [`Predictor::open`].
    pub fn of_run(
        run: &Path,
        level: f64,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<Self, ExperimentError> {
        let level = checked(level)?;
        if is_cross_validation(run)? {
            let predictor = Predictor::open(run, session, observer)?;
            return Self::of_folds(run, &predictor, level);
        }
        if is_ensemble(run)? {
            return Err(IntervalError::OfEnsemble.into());
        }
        let kept = calibrate::scores(run, session, observer)?;
        let predictor = Predictor::open(run, session, observer)?;
        Self::of_scores(&kept.scores, &predictor, level)
    }

    /// Those of a model calibrated on `rows` of a data set, which it has neither been trained on nor chosen by.
    ///
    /// # Errors
    /// [`IntervalError`]: too few items for the level, several labels an item, several models.
    pub fn calibrate(
        predictor: &Predictor,
        dataset: &Dataset,
        rows: &[usize],
        level: f64,
    ) -> Result<Self, ExperimentError> {
        let level = checked(level)?;
        predictor.must_be_one("a calibration")?;
        Self::of_scores(&calibrate::scores_of(predictor, dataset, rows)?, predictor, level)
    }

    /// By the scores of each target column, or of the classes.
    fn of_scores(scores: &[Vec<f64>], predictor: &Predictor, level: f64) -> Result<Self, ExperimentError> {
        let items = scores.first().map_or(0, Vec::len);
        enough(items, level)?;
        let rule = match scores.first() {
            Some(scores) if predictor.class_names().is_some() => {
                Rule::Set(ClassSet::of_scores(scores, level)?)
            }
            _ => {
                let widths = scores.iter().map(|scores| Interval::of_scores(scores, level));
                Rule::Widths(widths.collect::<Result<_, _>>()?)
            }
        };
        Ok(Self { level, items, rule })
    }

    /// Those of the cross-validation in `run`, whose models are those of `predictor`.
    fn of_folds(run: &Path, predictor: &Predictor, level: f64) -> Result<Self, ExperimentError> {
        let HeldOut { folds, columns } = cross::held_out(run, predictor.members().len(), predictor.fitted())?;
        let items = folds.len();
        enough(items, level)?;
        let rule = match columns.as_slice() {
            [[_, scores]] if predictor.class_names().is_some() => {
                Rule::CrossSet(CrossSet::calibrate(scores, &folds, level)?)
            }
            _ => Rule::Cross(columns, folds),
        };
        Ok(Self { level, items, rule })
    }

    /// Those between the predictions of two runs with the loss `quantile`, such as 0.05 and 0.95 for a level of 0.9: wide where items are
    /// uncertain (conformalised quantile regression). Both have the same calibration part. What [`Bounds::of`] is given are the
    /// numbers of both.
    ///
    /// # Errors
    /// As [`Intervals::of_run`]; [`IntervalError::NotAPair`] for runs that do not go together.
    pub fn between(
        lower: &Path,
        upper: &Path,
        level: f64,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<Self, ExperimentError> {
        let level = checked(level)?;
        let pair = calibrate::pair(lower, upper, session, observer)?;
        enough(pair.items, level)?;
        let of_column =
            |column: &[Vec<f64>; 3]| QuantileInterval::calibrate(&column[0], &column[1], &column[2], level);
        let rule = Rule::Between(pair.columns.iter().map(of_column).collect::<Result<_, _>>()?);
        Ok(Self { level, items: pair.items, rule })
    }

    /// With how large a share they hold the truth.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// How many items they are calibrated on.
    pub fn items(&self) -> usize {
        self.items
    }
}

impl Bounds for Intervals {
    fn of(&self, of_each: &[Vec<f64>]) -> Result<Bound, ExperimentError> {
        let first = of_each.first().map_or(&[][..], Vec::as_slice);
        let ends = match &self.rule {
            Rule::Set(set) => return Ok(Bound { set: set.of(first).collect(), ..Bound::default() }),
            Rule::CrossSet(set) => return Ok(Bound { set: set.of(of_each)?, ..Bound::default() }),
            Rule::Widths(widths) => {
                widths.iter().zip(first).map(|(interval, number)| interval.around(*number)).collect()
            }
            Rule::Cross(columns, folds) => {
                let of_column = |(column, [predicted, actual]): (usize, &[Vec<f64>; 2])| {
                    let new: Vec<f64> =
                        of_each.iter().filter_map(|numbers| numbers.get(column).copied()).collect();
                    cross_interval(predicted, actual, folds, &new, self.level)
                };
                columns.iter().enumerate().map(of_column).collect::<Result<Vec<_>, _>>()?
            }
            Rule::Between(columns) => {
                let upper = of_each.get(1).map_or(&[][..], Vec::as_slice);
                let of_column = |((interval, low), high): ((&QuantileInterval, &f64), &f64)| {
                    interval.between(*low, *high)
                };
                columns.iter().zip(first).zip(upper).map(of_column).collect()
            }
        };
        let (lower, upper) = ends.into_iter().map(|[low, high]| (low, high)).unzip();
        Ok(Bound { lower, upper, set: Vec::new() })
    }
}

fn checked(level: f64) -> Result<f64, ExperimentError> {
    Range::BELOW_ONE.check("--interval", level)?;
    Ok(Range::POSITIVE.check("--interval", level)?)
}

/// An error for a level that so few items cannot hold.
fn enough(items: usize, level: f64) -> Result<(), ExperimentError> {
    let needed = least_items(level)?;
    if items < needed { Err(IntervalError::TooFew { items, needed, level }.into()) } else { Ok(()) }
}
