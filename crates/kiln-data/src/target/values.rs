//! One or more numbers an item.

use kiln_cell::power::Power;
use serde::{Deserialize, Serialize};

use super::kind::{TargetEncoding, TargetKind, same_names};
use super::targets::TargetNumbers;
use crate::description::{Cell, Summary, Table};
use crate::hash::Hash;
use crate::preprocess::{FitRows, Matrix, Scale, fit_power};
use crate::{DataError, Description, Inconsistency, Precision, Preprocess, SettingError, TargetTransform};

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
    /// What each column goes through before; none where nothing is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    powers: Vec<Power>,
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

    fn fit(self, rows: FitRows<'_>, preprocess: &Preprocess) -> Result<ValueEncoder, DataError> {
        let Self { values, names } = self;
        let precision = rows.precision();
        let (mut scales, mut powers) = (Vec::with_capacity(names.len()), Vec::new());
        for (index, name) in names.iter().enumerate() {
            let number = |row: usize| values[row * names.len() + index];
            let is_finite = |row: usize| precision.of(number(row)).is_finite();
            if let Some(&row) = rows.rows().iter().find(|&&row| !is_finite(row)) {
                return Err(DataError::NotFinite { column: name.clone(), row, value: number(row) });
            }
            let power = match preprocess.target_transform {
                None => None,
                Some(kind) => Some(fitted_power(kind, name, rows, number)?),
            };
            let moved = |row: usize| match &power {
                None => number(row),
                Some(power) => power.apply(precision.of(number(row))),
            };
            let standard = rows.standard(moved).filter(|_| preprocess.standardize);
            scales.push(standard.map_or(Scale::IDENTITY, |(_, scale)| scale));
            powers.extend(power);
        }
        Ok(ValueEncoder { names: names.clone(), scales, powers, precision })
    }

    fn encode(self, encoder: &ValueEncoder, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        same_names(&encoder.names, self.names)?;
        let width = self.names.len();
        let mut scaled = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            for (column, (&value, name)) in self.row(row).iter().zip(self.names).enumerate() {
                let number = encoder.scaled(column, encoder.precision.of(value)) as f32;
                if !number.is_finite() {
                    if value.is_finite() && !encoder.powers.is_empty() {
                        return Err(SettingError::LogOf {
                            column: name.clone(),
                            row,
                            value: value.to_string(),
                        }
                        .into());
                    }
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

    /// What the numbers of each column go through before they are standardised; none where nothing is done.
    pub(super) fn powers(&self) -> &[Power] {
        &self.powers
    }

    /// A number of a column as the model sees it, before it is rounded.
    fn scaled(&self, column: usize, value: f64) -> f64 {
        let moved = self.powers.get(column).map_or(value, |power| power.apply(value));
        self.scales[column].apply(moved)
    }

    /// The way back.
    fn original(&self, column: usize, number: f64) -> f64 {
        let moved = self.scales[column].undo(number);
        self.powers.get(column).map_or(moved, |power| power.undo(moved))
    }
}

/// The curve of a column.
fn fitted_power(
    kind: TargetTransform,
    name: &str,
    rows: FitRows<'_>,
    number: impl Fn(usize) -> f64,
) -> Result<Power, DataError> {
    let precision = rows.precision();
    let numbers: Vec<(f64, f64)> =
        rows.counted().map(|(row, weight)| (precision.of(number(row)), weight)).collect();
    if kind == TargetTransform::Log
        && let Some((row, _)) = rows.counted().find(|(row, _)| precision.of(number(*row)) <= 0.0)
    {
        let (column, value) = (name.to_owned(), number(row).to_string());
        return Err(SettingError::LogOf { column, row, value }.into());
    }
    Ok(fit_power(kind, &numbers))
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
        let columns = (0..self.names.len()).cycle();
        outputs
            .iter()
            .zip(columns)
            .map(|(output, column)| self.original(column, f64::from(*output)))
            .collect()
    }

    fn shorten(&self, values: &mut [f64]) {
        for (value, column) in values.iter_mut().zip((0..self.names.len()).cycle()) {
            *value = match self.powers.get(column) {
                None => self.scales[column].shorten(*value),
                Some(power) => power.shorten(*value, self.scales[column].pair()),
            };
        }
    }

    fn is_sound(&self) -> bool {
        !self.names.is_empty()
            && self.names.len() == self.scales.len()
            && self.scales.iter().all(|scale| scale.is_sound())
            && (self.powers.is_empty() || self.powers.len() == self.names.len())
            && self.powers.iter().all(Power::is_sound)
    }
}
