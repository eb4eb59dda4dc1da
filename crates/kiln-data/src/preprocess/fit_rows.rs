//! The rows that are fitted on, and what a number of theirs looks like.

use super::scale::{Scale, is_constant, moments};
use crate::Precision;

/// The rows of the training part, what each counts, and how exactly their numbers are taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FitRows<'a> {
    rows: &'a [usize],
    /// Of all rows of the data set; `None`: all count the same.
    weights: Option<&'a [f64]>,
    precision: Precision,
}

impl<'a> FitRows<'a> {
    pub(crate) fn new(rows: &'a [usize], weights: Option<&'a [f64]>, precision: Precision) -> Self {
        Self { rows, weights: weights.filter(|_| precision == Precision::Double), precision }
    }

    /// All of them, those that count nothing, too.
    pub(crate) fn rows(self) -> &'a [usize] {
        self.rows
    }

    /// How exactly numbers are taken.
    pub(crate) fn precision(self) -> Precision {
        self.precision
    }

    /// What a row counts.
    pub(crate) fn weight(self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// Whether some rows count more than others.
    pub(crate) fn are_weighted(self) -> bool {
        self.weights.is_some()
    }

    /// The rows that count, each with its weight.
    pub(crate) fn counted(self) -> impl Iterator<Item = (usize, f64)> + Clone + 'a {
        self.rows.iter().map(move |&row| (row, self.weight(row))).filter(|(_, weight)| *weight > 0.0)
    }

    /// The known numbers of the rows that count, rising. Each counts once, whatever its weight.
    pub(super) fn sorted(self, number: impl Fn(usize) -> f64) -> Vec<f64> {
        let numbers = self.counted().map(|(row, _)| self.precision.of(number(row)));
        let mut numbers: Vec<f64> = numbers.filter(|x| !x.is_nan()).collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers
    }

    /// The rows that count and their weights, whose mean is 1.
    pub(super) fn relative_weights(self) -> (Vec<usize>, Vec<f64>) {
        let (rows, mut weights): (Vec<usize>, Vec<f64>) = self.counted().unzip();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter_mut().for_each(|weight| *weight /= mean);
        (rows, weights)
    }

    /// The mean of a number of every row, and the scale that standardises it: scikit-learn's `StandardScaler` with
    /// `sample_weight`. Missing numbers (NaN) count as the mean. `None` where all are missing that count.
    pub(crate) fn standard(self, number: impl Fn(usize) -> f64 + Copy) -> Option<(f64, Scale)> {
        let cells = self.counted().map(move |(row, weight)| (self.precision.of(number(row)), weight));
        let known = cells.filter(|(x, _)| !x.is_nan());
        let unit = unit(known.clone().map(|(x, _)| x))?;
        let (count, total) =
            self.counted().fold((0, 0.0), |(count, total), (_, weight)| (count + 1, total + weight));
        let (mean, variance) = moments(known.map(|(x, weight)| (x / unit, weight)), total);
        let std = if is_constant(mean, variance, count) { 1.0 } else { variance.sqrt() * unit };
        let mean = mean * unit;
        Some((mean, Scale { mean, std }))
    }
}

/// What numbers are divided by so that their squares are numbers: 1 but for the largest and the smallest. `None` without
/// numbers.
fn unit(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let largest = numbers.map(f64::abs).reduce(f64::max)?;
    Some(if largest == 0.0 || (1e-100..=1e100).contains(&largest) { 1.0 } else { largest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() <= 1e-14 * wanted.abs()
    }

    #[test]
    fn a_weight_of_two_counts_as_two_rows_and_one_of_zero_as_none() {
        let cells = [3.0, -1.0, f64::NAN, 8.0, 1e9];
        let (rows, weights) = ([0, 1, 2, 3, 4], [2.0, 1.0, 1.0, 3.0, 0.0]);
        let fit = FitRows::new(&rows, Some(&weights), Precision::Double);
        let (mean, scale) = fit.standard(|row| cells[row]).unwrap();
        let repeated = [0, 0, 1, 2, 3, 3, 3];
        let (same_mean, same) =
            FitRows::new(&repeated, None, Precision::Double).standard(|row| cells[row]).unwrap();
        assert!(near(mean, same_mean) && near(scale.mean, same.mean) && near(scale.std, same.std));
        let nothing = FitRows::new(&rows[2..3], None, Precision::Double);
        assert!(nothing.standard(|row| cells[row]).is_none());
        let only_the_last = FitRows::new(&rows[2..], Some(&[0.0; 5]), Precision::Double);
        assert!(only_the_last.standard(|row| cells[row]).is_none());
    }

    #[test]
    fn the_largest_and_the_smallest_numbers_have_a_scale() {
        let rows = [0, 1, 2, 3];
        let of = |size: f64| {
            let (mean, scale) =
                FitRows::new(&rows, None, Precision::Double).standard(|row| size * row as f64).unwrap();
            (mean / size, scale.std / size)
        };
        let (mean, std) = of(1.0);
        for size in [1e-300, 1e-200, 1e-30, 1e30, 1e200, 5e307] {
            let (found_mean, found_std) = of(size);
            assert!(near(found_mean, mean) && near(found_std, std), "{size}: {found_mean}, {found_std}");
        }
        let constant = FitRows::new(&rows, None, Precision::Double).standard(|_| 1e200).unwrap();
        assert_eq!(constant.1, Scale { mean: 1e200, std: 1.0 });
    }

    #[test]
    fn an_older_kiln_rounded_and_did_not_weigh() {
        let (rows, weights) = ([0, 1], [1.0, 0.0]);
        let number = |row: usize| 1_700_000_000.0 + row as f64;
        let single = FitRows::new(&rows, Some(&weights), Precision::Single).standard(number).unwrap();
        assert_eq!(single, (1_700_000_000.0, Scale { mean: 1_700_000_000.0, std: 1.0 }));
        let double = FitRows::new(&rows, None, Precision::Double).standard(number).unwrap();
        assert_eq!(double, (1_700_000_000.5, Scale { mean: 1_700_000_000.5, std: 0.5 }));
    }
}
