//! What preprocessing does, as plain records, for programs that write it in another form.

use super::curve::Curve;
use super::date_encoding::DateEncoding;
use super::encoding::Encoding;
use super::pca::Pca;
use super::scale::Scale;
use crate::cell::Marks;
use crate::{ColumnKind, ColumnSchema, DateForm};

/// What becomes of a row of a table: its columns, encoded one beside the other; then what is kept of that; then its components. All
/// in f64, whose last result is rounded to f32.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TableSteps {
    /// The columns in order.
    pub columns: Vec<ColumnStep>,
    /// The places of the encoded features that are kept, rising; `None` for all.
    pub select: Option<Vec<usize>>,
    /// The principal components that are made of them; `None` for none.
    pub pca: Option<Pca>,
    /// Whether numbers are rounded to f32 before anything is done to them, as older runs did.
    pub single: bool,
    /// Which texts of new rows stand for a missing value.
    pub marks: Marks,
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ColumnStep {
    /// Its name.
    pub name: String,
    /// What is done.
    pub encoding: ColumnEncoding,
}

/// How a cell becomes features.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ColumnEncoding {
    /// `(x − mean) / std`, after `missing` has taken the place of a missing number.
    Number {
        /// What takes the place of a missing number.
        missing: f64,
        /// The mean, and what is divided by.
        scale: [f64; 2],
    },
    /// `r / √(1 + (r/3)²)` with `r = factor · (x − median)`.
    SmoothClip {
        /// What takes the place of a missing number.
        missing: f64,
        /// The median.
        median: f64,
        /// What the distance from it is multiplied by.
        factor: f64,
    },
    /// The quantile of the normal distribution at the share of the rows below the number, linear between `quantiles`.
    QuantileNormal {
        /// What takes the place of a missing number.
        missing: f64,
        /// The numbers at shares in equal steps from 0 to 1, rising.
        quantiles: Vec<f64>,
    },
    /// The feature of a number, and 1 where it is missing, else 0.
    Flagged(Box<Self>),
    /// The features of the category that the cell has.
    Category {
        /// The categories, sorted.
        names: Vec<String>,
        /// The features of each, then those of a missing cell, then those of any other category.
        features: Vec<Vec<f64>>,
    },
    /// Year, month, day of the week from 1 (Monday) and days since 1970-01-01 of a date, each as a number.
    Date {
        /// How they are written.
        form: DateForm,
        /// What takes the place of each part where the date is missing.
        missing: [f64; 4],
        /// The mean of each part, and what is divided by.
        scales: [[f64; 2]; 4],
    },
}

impl Encoding {
    /// What is done to a cell of `column`.
    pub(super) fn step(&self, column: &ColumnSchema) -> ColumnEncoding {
        match (self, &column.kind) {
            (Self::Numeric { missing, scale }, _) => {
                ColumnEncoding::Number { missing: *missing, scale: scale.pair() }
            }
            (Self::Curved { missing, curve }, _) => curve.step(*missing),
            (Self::Flagged(number), _) => ColumnEncoding::Flagged(Box::new(number.step(column))),
            (Self::Dates(dates), ColumnKind::Dates(form)) => dates.step(*form),
            (_, ColumnKind::Categorical(names)) => {
                let features = |name: Option<&str>| {
                    let mut to = vec![0.0; self.width(column)];
                    self.write_category(column, name, None, &mut to);
                    to
                };
                let known = names.iter().map(|name| features(Some(name)));
                // No category is the empty text: that is a missing cell.
                let features = known.chain([features(None), features(Some(""))]).collect();
                ColumnEncoding::Category { names: names.clone(), features }
            }
            // A fit makes no such pair.
            _ => ColumnEncoding::Category { names: Vec::new(), features: Vec::new() },
        }
    }
}

impl Curve {
    fn step(&self, missing: f64) -> ColumnEncoding {
        match self {
            Self::RobustSmoothClip { median, factor } => {
                ColumnEncoding::SmoothClip { missing, median: *median, factor: *factor }
            }
            Self::QuantileNormal { quantiles } => {
                ColumnEncoding::QuantileNormal { missing, quantiles: quantiles.clone() }
            }
        }
    }
}

impl DateEncoding {
    fn step(&self, form: DateForm) -> ColumnEncoding {
        ColumnEncoding::Date { form, missing: self.missing, scales: self.scales.map(Scale::pair) }
    }
}
