//! How a column of dates becomes numbers.

use serde::{Deserialize, Serialize};

use super::fit_rows::FitRows;
use super::scale::Scale;
use crate::date::{PARTS, parts};

/// The parts of a date, each as a column of numbers: year, month, day of the week, days since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DateEncoding {
    /// What takes the place of each part where a date is missing: its mean.
    pub(super) missing: [f64; PARTS.len()],
    pub(super) scales: [Scale; PARTS.len()],
}

impl DateEncoding {
    /// Features that a date becomes.
    pub(super) const WIDTH: usize = PARTS.len();

    /// Fits to the dates of the training part, NaN where one is missing; `None` where all are missing that count.
    pub(super) fn fit(days: &[f64], fit: FitRows<'_>, standardize: bool) -> Option<Self> {
        let mut missing = [0.0; PARTS.len()];
        let mut scales = [Scale::IDENTITY; PARTS.len()];
        for part in 0..PARTS.len() {
            let (mean, scale) = fit.standard(|row| parts(days[row])[part])?;
            missing[part] = mean;
            if standardize {
                scales[part] = scale;
            }
        }
        Some(Self { missing, scales })
    }

    /// Writes the features of a date; NaN is a missing one.
    pub(super) fn write(&self, days: f64, to: &mut [f64]) {
        let parts = if days.is_nan() { self.missing } else { parts(days) };
        for ((to, part), scale) in to.iter_mut().zip(parts).zip(self.scales) {
            *to = scale.apply(part);
        }
    }

    /// What each of them is: `when:year`.
    pub(super) fn names(column: &str) -> Vec<String> {
        PARTS.iter().map(|part| format!("{column}:{part}")).collect()
    }

    /// Whether a fit can have made this.
    pub(super) fn is_sound(&self) -> bool {
        self.missing.iter().all(|part| part.is_finite()) && self.scales.iter().all(|scale| scale.is_sound())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Precision;

    #[test]
    fn parts_are_standardised_and_a_missing_date_is_their_means() {
        // 2024-01-01 (Monday), 2024-01-02, 2025-06-04 (Wednesday) and a missing one.
        let days = [19_723.0, 19_724.0, 20_243.0, f64::NAN];
        let all = FitRows::new(&[0, 1, 2, 3], None, Precision::Double);
        let fitted = DateEncoding::fit(&days, all, true).unwrap();
        let write = |day: f64| {
            let mut to = [0.0; 4];
            fitted.write(day, &mut to);
            to
        };
        assert_eq!(write(f64::NAN), [0.0; 4]);
        let rows = days.map(write);
        for part in 0..4 {
            let column = rows.map(|row| row[part]);
            let mean = column.iter().sum::<f64>() / 4.0;
            let variance = column.iter().map(|x| x * x).sum::<f64>() / 4.0;
            assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12, "{part}: {mean} {variance}");
        }
        let plain = DateEncoding::fit(&days, all, false).unwrap();
        let mut to = [0.0; 4];
        plain.write(20_243.0, &mut to);
        assert_eq!(to, [2025.0, 6.0, 3.0, 20_243.0]);
        assert!(plain.is_sound() && fitted.is_sound());
        assert!(DateEncoding::fit(&days[3..], FitRows::new(&[0], None, Precision::Double), true).is_none());
    }
}
