//! How one column of a table becomes numbers.

use serde::{Deserialize, Serialize};

use super::scale::{Scale, moments};
use crate::{ColumnKind, ColumnSchema, DataError, Inconsistency, MISSING};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Encoding {
    /// Numbers are scaled, after `missing` has taken the place of missing ones.
    Numeric { missing: f64, scale: Scale },
    /// One feature a category, then one for missing cells if the training part had some.
    OneHot { missing: bool },
}

impl Encoding {
    /// Features that a column becomes.
    pub(super) fn width(&self, column: &ColumnSchema) -> usize {
        match (self, &column.kind) {
            (Self::OneHot { missing }, ColumnKind::Categorical(names)) => names.len() + usize::from(*missing),
            _ => 1,
        }
    }

    /// What each of them is.
    pub(super) fn names(&self, column: &ColumnSchema) -> Vec<String> {
        let name = &column.name;
        match (self, &column.kind) {
            (Self::OneHot { missing }, ColumnKind::Categorical(known)) => {
                let last = missing.then_some("missing");
                known.iter().map(String::as_str).chain(last).map(|value| format!("{name}={value}")).collect()
            }
            _ => vec![name.clone()],
        }
    }
}

/// Which of the `known` categories a cell has, which are sorted; missing cells come after them, if they are a category.
pub(super) fn place(known: &[String], name: Option<&str>, missing: bool) -> Option<usize> {
    match name {
        None => missing.then_some(known.len()),
        Some(name) => known.binary_search_by(|k| k.as_str().cmp(name)).ok(),
    }
}

pub(super) fn fit_numbers(
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

pub(super) fn fit_categories(
    column: &str,
    codes: &[u32],
    names: &[String],
    rows: &[usize],
) -> Result<(ColumnKind, Encoding), DataError> {
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
    Ok((ColumnKind::Categorical(known), Encoding::OneHot { missing }))
}

/// The category of a cell; `None` where it is missing.
pub(super) fn category<'a>(
    column: &str,
    row: usize,
    code: u32,
    names: &'a [String],
) -> Result<Option<&'a str>, Inconsistency> {
    if code == MISSING {
        return Ok(None);
    }
    names.get(code as usize).map(|name| Some(name.as_str())).ok_or_else(|| Inconsistency::NoCategory {
        column: column.to_owned(),
        row,
        code,
        categories: names.len(),
    })
}
