//! The encoded columns that tell most about the target, one by one.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::matrix::Matrix;
use super::train_targets::TrainTargets;
use crate::DataError;

/// The columns that are kept, chosen on the training part.
///
/// As scikit-learn's `SelectKBest` with `f_classif` for classes and `f_regression` for numbers, computed from centred
/// columns, where scikit-learn subtracts large sums. Of equal scores the first column is kept, where scikit-learn keeps the
/// last. Of several target columns, the one that a column tells most about counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Selection {
    /// Rising.
    kept: Vec<usize>,
}

impl Selection {
    /// `matrix` are training rows, encoded, `rows` their places in the data set, and `weights` what they count.
    pub(super) fn fit(
        matrix: &Matrix,
        train: &TrainTargets<'_>,
        rows: &[usize],
        weights: &[f64],
        count: usize,
    ) -> Result<Self, DataError> {
        Range::between(1.0, matrix.width as f64).check("data.select", count as f64)?;
        let scores = scores(matrix, train, rows, weights);
        let mut order: Vec<usize> = (0..matrix.width).collect();
        // Scores are at least 0, so NaN counts as -1 and comes last. The sort is stable: equal scores stay in order.
        let key = |index: usize| if scores[index].is_nan() { -1.0 } else { scores[index] };
        order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
        order.truncate(count);
        order.sort_unstable();
        Ok(Self { kept: order })
    }

    /// The columns that are kept, rising.
    pub(super) fn kept(&self) -> &[usize] {
        &self.kept
    }

    pub(super) fn apply(&self, matrix: &Matrix) -> Matrix {
        let numbers = matrix.rows().flat_map(|row| self.kept.iter().map(|&index| row[index])).collect();
        Matrix { numbers, width: self.kept.len() }
    }

    /// Whether a fit on `width` columns can have made this.
    pub(super) fn is_sound(&self, width: usize) -> bool {
        self.kept.is_sorted_by(|a, b| a < b) && self.kept.last().is_some_and(|&last| last < width)
    }
}

/// The F score of every column; NaN where it is not defined.
fn scores(matrix: &Matrix, train: &TrainTargets<'_>, rows: &[usize], weights: &[f64]) -> Vec<f64> {
    if let Some((labels, classes)) = train.target.strata() {
        let labels: Vec<usize> = rows.iter().map(|&row| labels[row] as usize).collect();
        let score = |index| between_classes(matrix, index, weights, &labels, classes);
        return (0..matrix.width).map(score).collect();
    }
    let (_, targets) = train.columns(rows);
    let columns: Vec<Matrix> = (0..targets.width)
        .map(|column| Matrix { numbers: targets.column(column).collect(), width: 1 })
        .collect();
    let best =
        |index: usize| columns.iter().map(|y| of_regression(matrix, index, weights, y)).fold(0.0, f64::max);
    (0..matrix.width).map(best).collect()
}

/// Analysis of variance: that between the classes over that within them, each by its degrees of freedom. Infinite for a
/// column that is constant in every class and not in all; NaN for a constant one, and where a single class is left.
fn between_classes(matrix: &Matrix, index: usize, weights: &[f64], labels: &[usize], classes: usize) -> f64 {
    if matrix.constant(index).is_some() {
        return f64::NAN;
    }
    let mean = matrix.mean(index, weights);
    let cells =
        || matrix.column(index).zip(weights).zip(labels).map(|((x, &weight), &label)| (x, weight, label));
    let (mut sums, mut counts) = (vec![0.0; classes], vec![0.0; classes]);
    for (x, weight, label) in cells() {
        sums[label] += weight * (x - mean);
        counts[label] += weight;
    }
    let share = |(sum, count): (&f64, &f64)| if *count > 0.0 { sum / count } else { 0.0 };
    let means: Vec<f64> = sums.iter().zip(&counts).map(share).collect();
    let between: f64 = means.iter().zip(&counts).map(|(mean, count)| count * mean * mean).sum();
    let within: f64 = cells().map(|(x, weight, label)| weight * (x - mean - means[label]).powi(2)).sum();
    let present = counts.iter().filter(|count| **count > 0.0).count();
    (between / (present as f64 - 1.0)) / (within / (labels.len() - present) as f64)
}

/// Of the correlation r with the target: `r²/(1 − r²)·(n − 2)`. 0 where one of the two is constant, the largest number where they
/// are the same up to scale, as scikit-learn has it.
fn of_regression(matrix: &Matrix, index: usize, weights: &[f64], target: &Matrix) -> f64 {
    if matrix.constant(index).is_some() || target.constant(0).is_some() {
        return 0.0;
    }
    let (x_mean, y_mean) = (matrix.mean(index, weights), target.mean(0, weights));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), weight) in matrix.column(index).zip(target.column(0)).zip(weights) {
        let (x, y) = (x - x_mean, y - y_mean);
        xx += weight * x * x;
        yy += weight * y * y;
        xy += weight * x * y;
    }
    let r = xy / (xx.sqrt() * yy.sqrt());
    let rest = 1.0 - r * r;
    if rest <= 0.0 { f64::MAX } else { (r * r / rest * (target.len() as f64 - 2.0)).min(f64::MAX) }
}

#[cfg(test)]
mod tests;
