//! One or more numbers an item.

use serde::{Deserialize, Serialize};

use super::kind::{TargetEncoding, TargetKind, same_names};
use super::targets::TargetNumbers;
use crate::description::{Cell, Summary, Table};
use crate::hash::Hash;
use crate::preprocess::{FitRows, Matrix, Scale};
use crate::{DataError, Description, Inconsistency, Precision};

/// The fields of [`Target::Values`](crate::Target::Values).
#[derive(Clone, Copy)]
pub(super) struct NumberValues<'a> {
    pub(super) values: &'a Vec<f64>,
    pub(super) names: &'a Vec<String>,
}

/// Numbers, with one scale a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValueEncoder {
    names: Vec<String>,
    scales: Vec<Scale>,
    /// How exactly numbers are taken.
    #[serde(default = "Precision::of_old", skip_serializing_if = "Precision::is_old")]
    precision: Precision,
}

impl<'a> TargetKind<'a> for NumberValues<'a> {
    const NOUN: &'static str = "numbers";
    type Encoder = ValueEncoder;

    fn rows(self) -> Result<usize, Inconsistency> {
        let (values, columns) = (self.values.len(), self.names.len());
        if columns == 0 || !values.is_multiple_of(columns) {
            return Err(Inconsistency::TargetLength { inputs: values, targets: columns });
        }
        Ok(values / columns)
    }

    fn names(self) -> &'a [String] {
        self.names
    }

    fn fingerprint(self, hash: &mut Hash) {
        hash.texts(self.names);
        hash.numbers(self.values);
    }

    fn describe(self) -> Description {
        let mut table = Table::new(["target"], ["least", "mean", "greatest"]);
        for (index, name) in self.names.iter().enumerate() {
            let column = self.values.iter().skip(index).step_by(self.names.len()).copied();
            table
                .rows
                .push(std::iter::once(Cell::Text(name.clone())).chain(Summary::of(column).cells()).collect());
        }
        Description {
            summary: format!("numbers: {}", self.names.join(", ")),
            bytes: None,
            json: serde_json::json!({ "values": self.names }),
            table: Some(table),
        }
    }

    fn digest(self, row: usize, hash: &mut Hash) {
        let width = self.names.len();
        let values = self.values.get(row * width..(row + 1) * width).unwrap_or_default();
        values.iter().for_each(|value| hash.number(*value));
    }

    fn columns(self, rows: &[usize]) -> (Vec<String>, Matrix) {
        let numbers = rows.iter().flat_map(|&row| self.row(row)).copied().collect();
        let names = if self.names.len() == 1 { Vec::new() } else { self.names.clone() };
        (names, Matrix { numbers, width: self.names.len().max(1) })
    }

    fn fit(self, rows: FitRows<'_>, standardize: bool) -> Result<ValueEncoder, DataError> {
        let Self { values, names } = self;
        let precision = rows.precision();
        let mut scales = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let number = |row: usize| values[row * names.len() + index];
            let is_finite = |row: usize| precision.of(number(row)).is_finite();
            if let Some(&row) = rows.rows().iter().find(|&&row| !is_finite(row)) {
                return Err(DataError::NotFinite { column: name.clone(), row, value: number(row) });
            }
            let standard = rows.standard(number).filter(|_| standardize);
            scales.push(standard.map_or(Scale::IDENTITY, |(_, scale)| scale));
        }
        Ok(ValueEncoder { names: names.clone(), scales, precision })
    }

    fn encode(self, encoder: &ValueEncoder, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        same_names(&encoder.names, self.names)?;
        let width = self.names.len();
        let mut scaled = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            for ((&value, scale), name) in self.row(row).iter().zip(&encoder.scales).zip(self.names) {
                let number = scale.apply(encoder.precision.of(value)) as f32;
                if !number.is_finite() {
                    return Err(DataError::NotFinite { column: name.clone(), row, value });
                }
                scaled.push(number);
            }
        }
        Ok(TargetNumbers::Values { values: scaled, width })
    }
}

impl ValueEncoder {
    /// The mean of each column, and what it was divided by.
    pub(super) fn scales(&self) -> Vec<[f64; 2]> {
        self.scales.iter().copied().map(Scale::pair).collect()
    }
}

impl<'a> NumberValues<'a> {
    fn row(self, row: usize) -> &'a [f64] {
        &self.values[row * self.names.len()..][..self.names.len()]
    }
}

impl TargetEncoding for ValueEncoder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn unscale(&self, outputs: &[f32]) -> Vec<f64> {
        let scales = self.scales.iter().cycle();
        outputs.iter().zip(scales).map(|(output, scale)| scale.undo(f64::from(*output))).collect()
    }

    fn shorten(&self, values: &mut [f64]) {
        for (value, scale) in values.iter_mut().zip(self.scales.iter().cycle()) {
            *value = scale.shorten(*value);
        }
    }

    fn is_sound(&self) -> bool {
        !self.names.is_empty()
            && self.names.len() == self.scales.len()
            && self.scales.iter().all(|scale| scale.is_sound())
    }
}
