//! Tables: columns to rows of numbers.

use serde::{Deserialize, Serialize};

use super::encoding::{Encoding, category, fit_categories, fit_numbers, place};
use super::matrix::Matrix;
use super::mismatch::Mismatch;
use super::pca::Pca;
use super::{FeatureGroup, Preprocess};
use crate::{Column, ColumnKind, ColumnSchema, DataError, Values};

/// Encodes the columns of a table, then takes their principal components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableEncoder {
    /// What each column is; categories are those of the training part, sorted.
    pub(super) columns: Vec<ColumnSchema>,
    /// How each column is encoded.
    encodings: Vec<Encoding>,
    /// What is made of the encoded columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pca: Option<Pca>,
}

impl TableEncoder {
    /// `rows` are rows of `columns`, at least one.
    pub(super) fn fit(
        columns: &[Column],
        rows: &[usize],
        preprocess: &Preprocess,
    ) -> Result<Self, DataError> {
        let mut table = Self::fit_columns(columns, rows, preprocess)?;
        if let Some(wanted) = preprocess.pca {
            table.pca = Some(Pca::fit(&table.encode(columns, rows)?, wanted, preprocess.whiten)?);
        }
        Ok(table)
    }

    fn fit_columns(columns: &[Column], rows: &[usize], preprocess: &Preprocess) -> Result<Self, DataError> {
        let (columns, encodings) = columns
            .iter()
            .map(|column| {
                let (kind, encoding) = match &column.values {
                    Values::Numeric(cells) => {
                        (ColumnKind::Numeric, fit_numbers(&column.name, cells, rows, preprocess.standardize)?)
                    }
                    Values::Categorical { codes, names } => fit_categories(&column.name, codes, names, rows)?,
                };
                Ok((ColumnSchema { name: column.name.clone(), kind }, encoding))
            })
            .collect::<Result<Vec<_>, DataError>>()?
            .into_iter()
            .unzip();
        Ok(Self { columns, encodings, pca: None })
    }

    /// Numbers in a row.
    pub(super) fn width(&self) -> usize {
        self.pca.as_ref().map_or_else(|| self.encoded_width(), Pca::width)
    }

    /// What each number in a row is: a column, one of its categories, a component.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.pca {
            Some(pca) => (1..=pca.width()).map(|number| format!("pc{number}")).collect(),
            None => self.parts().flat_map(|(column, encoding)| encoding.names(column)).collect(),
        }
    }

    /// Which features belong together.
    pub(super) fn groups(&self) -> Vec<FeatureGroup> {
        if let Some(pca) = &self.pca {
            return (0..pca.width()).map(FeatureGroup::number).collect();
        }
        let mut end = 0;
        let group = |(column, encoding): (&ColumnSchema, &Encoding)| {
            let start = end;
            end += encoding.width(column);
            FeatureGroup { features: start..end, numeric: matches!(encoding, Encoding::Numeric { .. }) }
        };
        self.parts().map(group).collect()
    }

    /// The principal components.
    pub(super) fn pca(&self) -> Option<&Pca> {
        self.pca.as_ref()
    }

    /// `[rows, width]` of columns whose lengths are checked against `rows`.
    pub(super) fn apply(&self, columns: &[Column], rows: &[usize]) -> Result<Vec<f32>, DataError> {
        let mut matrix = self.encode(columns, rows)?;
        if let Some(pca) = &self.pca {
            matrix = pca.apply(&matrix);
        }
        let numbers: Vec<f32> = matrix.numbers.iter().map(|x| *x as f32).collect();
        match numbers.iter().position(|x| !x.is_finite()) {
            None => Ok(numbers),
            Some(place) => {
                let (row, feature) = (rows[place / matrix.width], place % matrix.width);
                let column = self.names().swap_remove(feature);
                Err(DataError::NotFinite { column, row, value: numbers[place] })
            }
        }
    }

    fn encoded_width(&self) -> usize {
        self.parts().map(|(column, encoding)| encoding.width(column)).sum()
    }

    /// `[rows, encoded width]`.
    fn encode(&self, columns: &[Column], rows: &[usize]) -> Result<Matrix, DataError> {
        self.check(columns)?;
        let mut out = Matrix::zeros(rows.len(), self.encoded_width());
        let mut first = 0;
        for ((schema, encoding), column) in self.parts().zip(columns) {
            let to = out.numbers.chunks_exact_mut(out.width).map(|row| &mut row[first..]);
            match (encoding, &schema.kind, &column.values) {
                (Encoding::Numeric { missing, scale }, ColumnKind::Numeric, Values::Numeric(cells)) => {
                    for (&row, to) in rows.iter().zip(to) {
                        let cell = cells[row];
                        let x = if cell.is_nan() { *missing } else { f64::from(cell) };
                        to[0] = scale.apply(x);
                        // The model sees f32.
                        if !(to[0] as f32).is_finite() {
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
                        let name = category(&column.name, row, codes[row], names)?;
                        if let Some(place) = place(known, name, *missing) {
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
            && self.pca.as_ref().is_none_or(|pca| pca.is_sound(self.encoded_width()))
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
