//! Tables: columns to rows of numbers.

use serde::{Deserialize, Serialize};

use super::mismatch::Mismatch;
use super::scale::{Scale, moments};
use crate::{Column, ColumnKind, ColumnSchema, DataError, Inconsistency, MISSING, Values};

/// Encodes the columns of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableEncoder {
    /// What each column is; categories are those of the training part, sorted.
    pub(super) columns: Vec<ColumnSchema>,
    /// How each column is encoded.
    encodings: Vec<Encoding>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Encoding {
    /// Numbers are scaled, after `missing` has taken the place of missing ones.
    Numeric { missing: f64, scale: Scale },
    /// One feature a category, then one for missing cells if the training part had some.
    OneHot { missing: bool },
}

impl TableEncoder {
    /// `rows` are rows of `columns`, at least one.
    pub(super) fn fit(columns: &[Column], rows: &[usize], standardize: bool) -> Result<Self, DataError> {
        let (columns, encodings) = columns
            .iter()
            .map(|column| {
                let (kind, encoding) = match &column.values {
                    Values::Numeric(cells) => {
                        (ColumnKind::Numeric, fit_numbers(&column.name, cells, rows, standardize)?)
                    }
                    Values::Categorical { codes, names } => fit_categories(&column.name, codes, names, rows)?,
                };
                Ok((ColumnSchema { name: column.name.clone(), kind }, encoding))
            })
            .collect::<Result<Vec<_>, DataError>>()?
            .into_iter()
            .unzip();
        Ok(Self { columns, encodings })
    }

    /// Numbers in a row.
    pub(super) fn width(&self) -> usize {
        self.parts().map(|(column, encoding)| encoding.width(column)).sum()
    }

    /// What each number in a row is: a column, or one of its categories.
    pub(super) fn names(&self) -> Vec<String> {
        let names = |(column, encoding): (&ColumnSchema, &Encoding)| -> Vec<String> {
            let name = &column.name;
            match (encoding, &column.kind) {
                (Encoding::OneHot { missing }, ColumnKind::Categorical(known)) => {
                    let last = missing.then_some("missing");
                    known
                        .iter()
                        .map(String::as_str)
                        .chain(last)
                        .map(|value| format!("{name}={value}"))
                        .collect()
                }
                _ => vec![name.clone()],
            }
        };
        self.parts().flat_map(names).collect()
    }

    /// The features that each column became.
    pub(super) fn spans(&self) -> Vec<std::ops::Range<usize>> {
        let mut end = 0;
        let widths = self.parts().map(|(column, encoding)| encoding.width(column));
        widths
            .map(|width| {
                end += width;
                end - width..end
            })
            .collect()
    }

    /// `[rows, width]` of columns whose lengths are checked against `rows`.
    pub(super) fn apply(&self, columns: &[Column], rows: &[usize]) -> Result<Vec<f32>, DataError> {
        self.check(columns)?;
        let width = self.width();
        let mut out = vec![0.0; rows.len() * width];
        let mut first = 0;
        for ((schema, encoding), column) in self.parts().zip(columns) {
            let to = out.chunks_exact_mut(width).map(|row| &mut row[first..]);
            match (encoding, &schema.kind, &column.values) {
                (Encoding::Numeric { missing, scale }, ColumnKind::Numeric, Values::Numeric(cells)) => {
                    for (&row, to) in rows.iter().zip(to) {
                        let cell = cells[row];
                        let x = if cell.is_nan() { *missing } else { f64::from(cell) };
                        to[0] = scale.apply(x) as f32;
                        if !to[0].is_finite() {
                            let column = column.name.clone();
                            return Err(DataError::NotFinite { column, row, value: cell });
                        }
                    }
                }
                (
                    Encoding::OneHot { missing },
                    ColumnKind::Categorical(known),
                    Values::Categorical { codes, names },
                ) => {
                    for (&row, to) in rows.iter().zip(to) {
                        let place = match category(&column.name, row, codes[row], names)? {
                            None => missing.then_some(known.len()),
                            Some(name) => known.binary_search_by(|k| k.as_str().cmp(name)).ok(),
                        };
                        if let Some(place) = place {
                            to[place] = 1.0;
                        }
                    }
                }
                // `check` has compared the kinds.
                _ => {}
            }
            first += encoding.width(schema);
        }
        Ok(out)
    }

    /// Whether a fit can have made this.
    pub(super) fn is_sound(&self) -> bool {
        !self.columns.is_empty()
            && self.columns.len() == self.encodings.len()
            && self.parts().all(|(column, encoding)| match (&column.kind, encoding) {
                (ColumnKind::Numeric, Encoding::Numeric { missing, scale }) => {
                    missing.is_finite() && scale.is_sound()
                }
                (ColumnKind::Categorical(names), Encoding::OneHot { missing }) => {
                    names.is_sorted_by(|a, b| a < b) && (*missing || !names.is_empty())
                }
                _ => false,
            })
    }

    fn parts(&self) -> impl Iterator<Item = (&ColumnSchema, &Encoding)> {
        self.columns.iter().zip(&self.encodings)
    }

    fn check(&self, columns: &[Column]) -> Result<(), Mismatch> {
        if columns.len() != self.columns.len() {
            return Err(Mismatch::Columns { expected: self.columns.len(), found: columns.len() });
        }
        for (index, (expected, found)) in self.columns.iter().zip(columns).enumerate() {
            if expected.name != found.name {
                let (expected, found) = (expected.name.clone(), found.name.clone());
                return Err(Mismatch::ColumnName { index, expected, found });
            }
            let column = || found.name.clone();
            match (&expected.kind, &found.values) {
                (ColumnKind::Numeric, Values::Categorical { .. }) => {
                    return Err(Mismatch::CategoriesForNumbers { column: column() });
                }
                (ColumnKind::Categorical(_), Values::Numeric(_)) => {
                    return Err(Mismatch::NumbersForCategories { column: column() });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Encoding {
    fn width(&self, column: &ColumnSchema) -> usize {
        match (self, &column.kind) {
            (Self::OneHot { missing }, ColumnKind::Categorical(names)) => names.len() + usize::from(*missing),
            _ => 1,
        }
    }
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

fn fit_categories(
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
fn category<'a>(
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
