//! The edges between which the numbers of a column lie.

use serde::{Deserialize, Serialize};

use super::bin_tree::{Rows, cuts};
use super::curve::quantile;
use super::matrix::Matrix;
use super::train_targets::TrainTargets;
use crate::DataError;

/// The edges of the bins of every feature that is a number, as the model sees them: rising, at least one each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Bins(Vec<Vec<f32>>);

impl Bins {
    /// Quantiles at equal steps, equal ones once: rtdl-num-embeddings' `compute_bins`. `matrix` has the rows of the training part that
    /// count, as the model sees them, and `numbers` are the places of the features.
    pub(super) fn fit(matrix: &Matrix, numbers: impl Iterator<Item = usize>, count: usize) -> Self {
        let edges = |feature: usize| {
            let mut sorted: Vec<f64> = matrix.column(feature).map(|x| f64::from(x as f32)).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let share = |edge: usize| edge as f64 / count as f64;
            let mut edges: Vec<f32> = (0..=count).map(|edge| quantile(&sorted, share(edge)) as f32).collect();
            edges.dedup();
            edges
        };
        Self(numbers.map(edges).collect())
    }

    /// The cuts of a tree of the target for each number, its least and its largest value: rtdl-num-embeddings' `compute_bins` with
    /// `tree_kwargs={"min_samples_leaf": 64, "min_impurity_decrease": 1e-4}`. `rows` are those of `matrix`; target numbers are standardised.
    pub(super) fn by_tree(
        matrix: &Matrix,
        numbers: impl Iterator<Item = usize>,
        count: usize,
        train: &TrainTargets<'_>,
        (rows, weights): (&[usize], &[f64]),
    ) -> Result<Self, DataError> {
        let (_, mut responses) = train.columns(rows);
        if let Some(at) = responses.numbers.iter().position(|x| !x.is_finite()) {
            let (row, target) = (rows[at / responses.width], at % responses.width);
            let column = train.target.names()[target].clone();
            return Err(DataError::NotFinite { column, row, value: responses.numbers[at] });
        }
        let are_classes = train.target.strata().is_some();
        if !are_classes {
            standardize(&mut responses, weights);
        }
        // Of two classes there is one response, and the impurity of Gini counts both. Of several numbers it is the mean.
        let factor = match (are_classes, responses.width) {
            (true, 1) => 2.0,
            (true, _) => 1.0,
            (false, width) => 1.0 / width.max(1) as f64,
        };
        let of = Rows { responses: &responses, weights, factor };
        let edges = |feature: usize| {
            let column: Vec<f32> = matrix.column(feature).map(|x| x as f32).collect();
            let mut edges: Vec<f32> = cuts(&column, &of, count).into_iter().map(|cut| cut as f32).collect();
            edges.extend(column.iter().copied().min_by(f32::total_cmp));
            edges.extend(column.iter().copied().max_by(f32::total_cmp));
            edges.sort_unstable_by(f32::total_cmp);
            edges.dedup();
            edges
        };
        Ok(Self(numbers.map(edges).collect()))
    }

    pub(super) fn edges(&self) -> &[Vec<f32>] {
        &self.0
    }

    /// Whether a fit of so many numbers can have made this.
    pub(super) fn is_sound(&self, numbers: usize) -> bool {
        let is_sound = |edges: &Vec<f32>| {
            !edges.is_empty() && edges.iter().all(|x| x.is_finite()) && edges.is_sorted_by(|a, b| a < b)
        };
        self.0.len() == numbers && self.0.iter().all(is_sound)
    }
}

/// Brings each column to mean 0 and standard deviation 1.
fn standardize(matrix: &mut Matrix, weights: &[f64]) {
    let total: f64 = weights.iter().sum();
    for index in 0..matrix.width {
        let mean = matrix.mean(index, weights);
        let squares = matrix.column(index).zip(weights).map(|(x, weight)| weight * (x - mean).powi(2));
        let std = (squares.sum::<f64>() / total).sqrt();
        let std = if std > 0.0 { std } else { 1.0 };
        let column = matrix.numbers.iter_mut().skip(index).step_by(matrix.width.max(1));
        column.for_each(|x| *x = (*x - mean) / std);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_quantiles_are_one_edge() {
        let numbers = [0.0, 7.0, 0.0, 7.0, 0.0, 7.0, 2.0, 7.0, 4.0, 7.0].to_vec();
        let bins = Bins::fit(&Matrix { numbers, width: 2 }, 0..2, 4);
        assert_eq!(bins.edges(), [vec![0.0, 2.0, 4.0], vec![7.0]]);
        assert!(bins.is_sound(2) && !bins.is_sound(1));
        assert!(!Bins(vec![vec![1.0, 1.0]]).is_sound(1) && !Bins(vec![vec![]]).is_sound(1));
    }
}
