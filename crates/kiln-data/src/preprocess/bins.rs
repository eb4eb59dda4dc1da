//! The edges between which the numbers of a column lie.

use serde::{Deserialize, Serialize};

use super::curve::quantile;
use super::matrix::Matrix;

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
