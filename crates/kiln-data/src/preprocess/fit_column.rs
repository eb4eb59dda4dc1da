//! How one column of a table is fitted.

use std::collections::BTreeMap;

use super::curve::{Curve, quantile};
use super::date_encoding::DateEncoding;
use super::encoding::{Encoding, category, place};
use super::fit_rows::FitRows;
use super::infrequent::below;
use super::inner_folds::{InnerFolds, count};
use super::scale::Scale;
use super::settings::Preprocess;
use super::target_means::{Responses, TargetMeans};
use super::train_targets::TrainTargets;
use crate::hash::Hash;
use crate::{Column, ColumnKind, ColumnSchema, DataError, Precision, Scaling, SettingError, Values};

/// What columns of categories need to be encoded by the target.
pub(super) struct ByTarget {
    folds: InnerFolds,
    /// The fold of each training row.
    of_row: Vec<u8>,
    responses: Responses,
}

impl ByTarget {
    /// An error where no column has categories.
    pub(super) fn new(columns: &[Column], train: &TrainTargets<'_>) -> Result<Self, DataError> {
        if !columns.iter().any(|column| column.values.categories().is_some()) {
            return Err(SettingError::NoCategories.into());
        }
        let responses = Responses::new(train);
        let Responses { numbers, .. } = &responses;
        if let Some(at) = numbers.numbers.iter().position(|x| !x.is_finite()) {
            let (row, target) = (train.rows()[at / numbers.width], at % numbers.width);
            let column = train.target.names()[target].clone();
            return Err(DataError::NotFinite { column, row, value: numbers.numbers[at] });
        }
        let folds = InnerFolds::of(train)?;
        let of_row =
            train.rows().iter().map(|&row| Ok(folds.fold(row)? as u8)).collect::<Result<_, DataError>>()?;
        Ok(Self { folds, of_row, responses })
    }

    /// The folds of the training part.
    pub(super) fn folds(&self) -> &InnerFolds {
        &self.folds
    }
}

/// What tells a training part from others: its rows and their targets.
pub(super) fn digest(train: &TrainTargets<'_>, precision: Precision) -> String {
    let mut hash = Hash::new(precision);
    for &row in train.rows() {
        hash.length(row);
        train.target.digest(row, &mut hash);
    }
    hash.finish()
}

/// `fit`: the rows of the training part, at least one. `None` for a column without a value in the rows that count.
pub(super) fn fit_column(
    column: &Column,
    fit: FitRows<'_>,
    preprocess: &Preprocess,
    by_target: Option<&ByTarget>,
) -> Result<Option<(ColumnSchema, Encoding)>, DataError> {
    let standardize = preprocess.standardize;
    let fitted = match &column.values {
        Values::Numeric(cells) => {
            let flagged = preprocess.missing_flags && fit.counted().any(|(row, _)| cells[row].is_nan());
            fit_numbers(&column.name, cells, fit, preprocess.scaling())?.map(|encoding| match flagged {
                true => (ColumnKind::Numeric, Encoding::Flagged(Box::new(encoding))),
                false => (ColumnKind::Numeric, encoding),
            })
        }
        Values::Dates { days, form } => DateEncoding::fit(days, fit, standardize)
            .map(|dates| (ColumnKind::Dates(*form), Encoding::Dates(dates))),
        Values::Categorical { codes, names } => {
            fit_categories(&column.name, codes, names, fit, preprocess, by_target)?
        }
        // Columns are brought into memory before.
        Values::Stored(_) => None,
    };
    Ok(fitted.map(|(kind, encoding)| (ColumnSchema { name: column.name.clone(), kind }, encoding)))
}

fn fit_numbers(
    column: &str,
    cells: &[f64],
    fit: FitRows<'_>,
    scaling: Option<Scaling>,
) -> Result<Option<Encoding>, DataError> {
    let is_infinite = |row: usize| fit.precision().of(cells[row]).is_infinite();
    if let Some(&row) = fit.rows().iter().find(|&&row| is_infinite(row)) {
        return Err(DataError::NotFinite { column: column.to_owned(), row, value: cells[row] });
    }
    let Some((missing, scale)) = fit.standard(|row| cells[row]) else { return Ok(None) };
    let curve = match scaling {
        None => return Ok(Some(Encoding::Numeric { missing, scale: Scale::IDENTITY })),
        Some(Scaling::Standard) => return Ok(Some(Encoding::Numeric { missing, scale })),
        Some(curve) => curve,
    };
    let sorted = fit.sorted(|row| cells[row]);
    let missing = quantile(&sorted, 0.5);
    let curve = match curve {
        Scaling::QuantileNormal => Curve::quantile_normal(&sorted, fit.counted().count()),
        _ => Curve::robust_smooth_clip(&sorted),
    };
    Ok(Some(Encoding::Curved { missing, curve }))
}

fn fit_categories(
    column: &str,
    codes: &[u32],
    names: &[String],
    fit: FitRows<'_>,
    preprocess: &Preprocess,
    by_target: Option<&ByTarget>,
) -> Result<Option<(ColumnKind, Encoding)>, DataError> {
    let Categories { known, counts, missing } = categories(column, codes, names, fit)?;
    // An older kiln made a column of it that is always 1.
    if known.is_empty() && fit.precision() == Precision::Double {
        return Ok(None);
    }
    let Some(by_target) = by_target else {
        let infrequent = below(&counts, preprocess.min_frequency);
        let one_hot = Encoding::OneHot { missing, infrequent };
        return Ok(Some((ColumnKind::Categorical(known), one_hot)));
    };
    let mut places = Vec::with_capacity(fit.rows().len());
    for &row in fit.rows() {
        // Every category of the rows that count is known. Where the others are put does not matter.
        places.push(place(&known, category(column, row, codes[row], names)?, missing).unwrap_or(0));
    }
    let categories = known.len() + usize::from(missing);
    let folds = (by_target.of_row.as_slice(), count(fit.rows().len()));
    let means =
        TargetMeans::fit(&places, categories, missing, &by_target.responses, folds, preprocess.standardize);
    Ok(Some((ColumnKind::Categorical(known), Encoding::Target(means))))
}

/// The categories of the training rows that count.
struct Categories {
    /// Sorted, so that the features do not depend on the order of the rows.
    known: Vec<String>,
    /// What the rows of each count.
    counts: Vec<f64>,
    /// Whether missing cells are one more.
    missing: bool,
}

fn categories(
    column: &str,
    codes: &[u32],
    names: &[String],
    fit: FitRows<'_>,
) -> Result<Categories, DataError> {
    let mut counts = vec![0.0; names.len()];
    let mut missing = false;
    for &row in fit.rows() {
        let is_there = category(column, row, codes[row], names)?.is_some();
        if fit.weight(row) > 0.0 {
            missing |= !is_there;
            if is_there {
                counts[codes[row] as usize] += fit.weight(row);
            }
        }
    }
    let mut seen = BTreeMap::new();
    for (name, count) in names.iter().zip(counts).filter(|(_, count)| *count > 0.0) {
        *seen.entry(name.clone()).or_insert(0.0) += count;
    }
    let (known, counts) = seen.into_iter().unzip();
    Ok(Categories { known, counts, missing })
}
