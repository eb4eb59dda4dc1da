//! How one column of a table becomes numbers.

use serde::{Deserialize, Serialize};

use super::curve::Curve;
use super::date_encoding::DateEncoding;
use super::infrequent::own_feature;
use super::inner_folds::InnerFolds;
use super::scale::Scale;
use super::target_means::TargetMeans;
use crate::{Column, ColumnKind, ColumnSchema, DataError, Inconsistency, MISSING, Precision, Values};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Encoding {
    /// Numbers are scaled, after `missing` has taken the place of missing ones.
    Numeric { missing: f64, scale: Scale },
    /// The same with another scale.
    Curved { missing: f64, curve: Curve },
    /// One of these two, and a feature that is 1 where the number is missing.
    Flagged(Box<Self>),
    /// One feature a category, then one for missing cells if the training part had some. The categories at `infrequent`, if there are any,
    /// and unknown ones share a feature, the last.
    OneHot {
        missing: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        infrequent: Vec<usize>,
    },
    /// The mean of the target among the rows of a category.
    Target(TargetMeans),
    /// Dates become their parts, each as a column of numbers.
    Dates(DateEncoding),
}

impl Encoding {
    /// Features that a column becomes.
    pub(super) fn width(&self, column: &ColumnSchema) -> usize {
        match (self, &column.kind) {
            (Self::OneHot { missing, infrequent }, ColumnKind::Categorical(names)) => {
                names.len() - infrequent.len() + usize::from(*missing) + usize::from(!infrequent.is_empty())
            }
            (Self::Target(means), _) => means.width(),
            (Self::Dates(_), _) => DateEncoding::WIDTH,
            (Self::Flagged(_), _) => 2,
            _ => 1,
        }
    }

    /// Whether it looks at the target.
    pub(super) fn is_by_target(&self) -> bool {
        matches!(self, Self::Target(_))
    }

    /// Whether a fit of this column can have made this.
    pub(super) fn is_sound(&self, column: &ColumnSchema) -> bool {
        if let Self::Dates(dates) = self {
            return matches!(column.kind, ColumnKind::Dates(_)) && dates.is_sound();
        }
        let (missing, scale) = match self {
            Self::Flagged(number) => {
                return !matches!(**number, Self::Flagged(_)) && number.is_sound(column);
            }
            Self::Numeric { missing, scale } => (missing, scale.is_sound()),
            Self::Curved { missing, curve } => (missing, curve.is_sound()),
            _ => return self.is_sound_for_categories(column),
        };
        column.kind == ColumnKind::Numeric && missing.is_finite() && scale
    }

    fn is_sound_for_categories(&self, column: &ColumnSchema) -> bool {
        let ColumnKind::Categorical(names) = &column.kind else { return false };
        let sorted = names.is_sorted_by(|a, b| a < b);
        let categories = self.categories(names);
        let own = match self {
            Self::Target(means) => means.is_sound(categories),
            Self::OneHot { infrequent, .. } => {
                let known = infrequent.last().is_none_or(|&last| last < names.len());
                known && infrequent.is_sorted_by(|a, b| a < b)
            }
            _ => true,
        };
        sorted && categories > 0 && own
    }

    /// How many categories there are, missing cells among them.
    fn categories(&self, names: &[String]) -> usize {
        let missing = match self {
            Self::Numeric { .. } | Self::Curved { .. } | Self::Flagged(_) | Self::Dates(_) => false,
            Self::OneHot { missing, .. } => *missing,
            Self::Target(means) => means.missing,
        };
        names.len() + usize::from(missing)
    }

    /// Writes the features of the cell at `place` of a column in memory whose kind is checked; it is of `row` of the data set. `folds`
    /// are those of training rows.
    pub(super) fn write(
        &self,
        schema: &ColumnSchema,
        column: &Column,
        (place, row): (usize, usize),
        precision: Precision,
        folds: Option<&InnerFolds>,
        to: &mut [f64],
    ) -> Result<(), DataError> {
        match &column.values {
            Values::Numeric(cells) => self.write_number(schema, row, precision.of(cells[place]), to),
            Values::Dates { days, .. } => {
                self.write_date(days[place], to);
                Ok(())
            }
            Values::Categorical { codes, names } => {
                let name = category(&column.name, row, codes[place], names)?;
                let fold = match self {
                    Self::Target(_) => folds.map(|folds| folds.fold(row)).transpose()?,
                    _ => None,
                };
                self.write_category(schema, name, fold, to);
                Ok(())
            }
            // Columns are brought into memory before.
            Values::Stored(_) => Ok(()),
        }
    }

    /// Writes the feature of a number, NaN where it is missing; nothing where the column has categories.
    pub(super) fn write_number(
        &self,
        schema: &ColumnSchema,
        row: usize,
        cell: f64,
        to: &mut [f64],
    ) -> Result<(), DataError> {
        let present = |missing: f64| if cell.is_nan() { missing } else { cell };
        to[0] = match self {
            Self::Numeric { missing, scale } => scale.apply(present(*missing)),
            Self::Curved { missing, curve } => curve.apply(present(*missing)),
            Self::Flagged(number) => {
                to[1] = f64::from(u8::from(cell.is_nan()));
                return number.write_number(schema, row, cell, to);
            }
            _ => return Ok(()),
        };
        // The model sees f32.
        if !(to[0] as f32).is_finite() {
            return Err(DataError::NotFinite { column: schema.name.clone(), row, value: cell });
        }
        Ok(())
    }

    /// Writes the features of a date, in days since 1970-01-01 and NaN where it is missing; nothing where the column has no
    /// dates.
    pub(super) fn write_date(&self, days: f64, to: &mut [f64]) {
        if let Self::Dates(dates) = self {
            dates.write(days, to);
        }
    }

    /// Writes the features of a category, `None` where it is missing; nothing where the column has numbers. `fold` is that
    /// of a training row.
    pub(super) fn write_category(
        &self,
        schema: &ColumnSchema,
        name: Option<&str>,
        fold: Option<usize>,
        to: &mut [f64],
    ) {
        let ColumnKind::Categorical(known) = &schema.kind else { return };
        let has_missing = self.categories(known) > known.len();
        match (self, place(known, name, has_missing)) {
            (Self::Target(means), place) => means.write(place, fold, to),
            (Self::OneHot { infrequent, .. }, place) if !infrequent.is_empty() => {
                let own = place.and_then(|place| own_feature(infrequent, place));
                to[own.unwrap_or(to.len() - 1)] = 1.0;
            }
            (_, Some(place)) => to[place] = 1.0,
            (_, None) => {}
        }
    }

    /// What each of them is.
    pub(super) fn names(&self, column: &ColumnSchema) -> Vec<String> {
        let name = &column.name;
        match (self, &column.kind) {
            (Self::OneHot { missing, infrequent }, ColumnKind::Categorical(known)) => {
                let own = known.iter().enumerate().filter(|(place, _)| !infrequent.contains(place));
                let last = missing.then_some("missing").into_iter();
                let last = last.chain((!infrequent.is_empty()).then_some("infrequent"));
                let values = own.map(|(_, value)| value.as_str()).chain(last);
                values.map(|value| format!("{name}={value}")).collect()
            }
            (Self::Target(means), _) => means.names(name),
            (Self::Dates(_), _) => DateEncoding::names(name),
            (Self::Flagged(_), _) => vec![name.clone(), format!("{name}=missing")],
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
