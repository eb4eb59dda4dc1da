//! How one column of a table is fitted.

use super::encoding::{Encoding, category, place};
use super::inner_folds::{InnerFolds, count};
use super::scale::{Scale, moments};
use super::target_means::{Responses, TargetMeans};
use super::train_targets::TrainTargets;
use crate::{Column, ColumnKind, ColumnSchema, DataError, SettingError, Values};

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
        if columns.iter().all(|column| matches!(column.values, Values::Numeric(_))) {
            return Err(SettingError::NoCategories.into());
        }
        let responses = Responses::new(train.target, train.rows);
        if let Some(at) = responses.numbers.numbers.iter().position(|x| !x.is_finite()) {
            let (row, target) = (train.rows[at / responses.numbers.width], at % responses.numbers.width);
            let value = responses.numbers.numbers[at] as f32;
            let column = train.target.names()[target].clone();
            return Err(DataError::NotFinite { column, row, value });
        }
        let folds = InnerFolds::of(train)?;
        let of_row =
            train.rows.iter().map(|&row| Ok(folds.fold(row)? as u8)).collect::<Result<_, DataError>>()?;
        Ok(Self { folds, of_row, responses })
    }

    /// The folds of the training part.
    pub(super) fn folds(&self) -> &InnerFolds {
        &self.folds
    }
}

/// What tells a training part from others: its rows and their targets.
pub(super) fn digest(train: &TrainTargets<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    for &row in train.rows {
        hasher.update(&(row as u64).to_le_bytes());
        train.target.digest(row, &mut hasher);
    }
    hasher.finalize().to_hex().to_string()
}

/// `rows` are rows of the training part, at least one.
pub(super) fn fit_column(
    column: &Column,
    rows: &[usize],
    standardize: bool,
    by_target: Option<&ByTarget>,
) -> Result<(ColumnSchema, Encoding), DataError> {
    let name = &column.name;
    let (kind, encoding) = match &column.values {
        Values::Numeric(cells) => (ColumnKind::Numeric, fit_numbers(name, cells, rows, standardize)?),
        Values::Categorical { codes, names } => {
            let (known, missing) = fit_categories(name, codes, names, rows)?;
            let encoding = match by_target {
                None => Encoding::OneHot { missing },
                Some(by_target) => {
                    let mut places = Vec::with_capacity(rows.len());
                    for &row in rows {
                        // Every category of the training part is known.
                        places.extend(place(&known, category(name, row, codes[row], names)?, missing));
                    }
                    let categories = known.len() + usize::from(missing);
                    let folds = (by_target.of_row.as_slice(), count(rows.len()));
                    let responses = &by_target.responses;
                    Encoding::Target(TargetMeans::fit(
                        &places,
                        categories,
                        missing,
                        responses,
                        folds,
                        standardize,
                    ))
                }
            };
            (ColumnKind::Categorical(known), encoding)
        }
    };
    Ok((ColumnSchema { name: name.clone(), kind }, encoding))
}

fn fit_numbers(
    column: &str,
    cells: &[f32],
    rows: &[usize],
    standardize: bool,
) -> Result<Encoding, DataError> {
    if let Some(&row) = rows.iter().find(|&&row| cells[row].is_infinite()) {
        return Err(DataError::NotFinite { column: column.to_owned(), row, value: cells[row] });
    }
    let values = rows.iter().map(|&row| f64::from(cells[row])).filter(|x| !x.is_nan());
    if values.clone().next().is_none() {
        return Err(DataError::NoValues { column: column.to_owned() });
    }
    let (mean, variance) = moments(values, rows.len());
    let scale = if standardize { Scale::standard(mean, variance, rows.len()) } else { Scale::IDENTITY };
    Ok(Encoding::Numeric { missing: mean, scale })
}

/// The categories of the training part, sorted, and whether missing cells are one more.
fn fit_categories(
    column: &str,
    codes: &[u32],
    names: &[String],
    rows: &[usize],
) -> Result<(Vec<String>, bool), DataError> {
    let mut seen = vec![false; names.len()];
    let mut missing = false;
    for &row in rows {
        match category(column, row, codes[row], names)? {
            None => missing = true,
            Some(_) => seen[codes[row] as usize] = true,
        }
    }
    let mut known: Vec<String> =
        names.iter().zip(seen).filter(|(_, seen)| *seen).map(|(name, _)| name.clone()).collect();
    // Sorted, so that the features do not depend on the order of the rows.
    known.sort_unstable();
    known.dedup();
    Ok((known, missing))
}
