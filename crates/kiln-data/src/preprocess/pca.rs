//! Principal components of the encoded columns.

use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use super::matrix::{Matrix, dot};
use super::svd::principal_axes;
use crate::{Components, DataError};

/// Principal component analysis, fitted on the training part: `z = Vᵀ(x − μ)`, and with whitening divided by the standard
/// deviation along each axis.
///
/// Computed in f64 from the singular values of the centred training rows, not from their covariance. The largest weight of
/// every component is positive, and variances are divided by n − 1, both as in scikit-learn's `PCA` (1.5 and later). Directions
/// along which the training part does not vary are left out, however many components were asked for, because
/// there is nothing in them to learn from; scikit-learn keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pca {
    mean: Vec<f64>,
    components: Vec<Vec<f64>>,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    whiten: bool,
}

impl Pca {
    /// The mean of each column of the training part.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The axes, of unit length, by falling variance: one weight for each column.
    pub fn components(&self) -> &[Vec<f64>] {
        &self.components
    }

    /// The variance of the training part along each axis.
    pub fn explained_variance(&self) -> &[f64] {
        &self.explained_variance
    }

    /// The same as a share of the whole variance, `(0, 1]`.
    pub fn explained_variance_ratio(&self) -> &[f64] {
        &self.explained_variance_ratio
    }

    /// Whether every component is divided by its standard deviation in the training part.
    pub fn whitens(&self) -> bool {
        self.whiten
    }

    /// `matrix` are training rows, encoded, and `weights` what they count, 1 on average: a row is as long as the root of its weight.
    pub(super) fn fit(
        matrix: &Matrix,
        weights: &[f64],
        wanted: Components,
        whiten: bool,
    ) -> Result<Self, DataError> {
        let width = matrix.width;
        check(wanted, width)?;
        let mean: Vec<f64> = (0..width).map(|index| matrix.mean(index, weights)).collect();
        let centre = |(row, weight): (&[f64], &f64)| -> Vec<f64> {
            row.iter().zip(&mean).map(|(x, mean)| weight.sqrt() * (x - mean)).collect()
        };
        let centred = matrix.rows().zip(weights).flat_map(centre).collect();
        let axes = principal_axes(&Matrix { numbers: centred, width });
        if axes.is_empty() {
            return Err(DataError::NoVariance);
        }
        let squares: Vec<f64> = axes.iter().map(|(length, _)| length * length).collect();
        let total: f64 = squares.iter().sum();
        let ratios: Vec<f64> = squares.iter().map(|square| square / total).collect();
        let count = count(wanted, &ratios);
        // A row alone has no variance, so there are two at least.
        let degrees = (matrix.len() - 1) as f64;
        let mut components: Vec<Vec<f64>> = axes.into_iter().map(|(_, axis)| axis).collect();
        components.truncate(count);
        components.iter_mut().for_each(|axis| turn(axis));
        Ok(Self {
            mean,
            components,
            explained_variance: squares[..count].iter().map(|square| square / degrees).collect(),
            explained_variance_ratio: ratios[..count].to_vec(),
            whiten,
        })
    }

    /// How many components there are.
    pub(super) fn width(&self) -> usize {
        self.components.len()
    }

    pub(super) fn apply(&self, matrix: &Matrix) -> Matrix {
        let mut numbers = Vec::with_capacity(matrix.len() * self.width());
        let mut centred = vec![0.0; self.mean.len()];
        for row in matrix.rows() {
            for (to, (x, mean)) in centred.iter_mut().zip(row.iter().zip(&self.mean)) {
                *to = x - mean;
            }
            for (axis, variance) in self.components.iter().zip(&self.explained_variance) {
                let scale = if self.whiten { variance.sqrt() } else { 1.0 };
                numbers.push(dot(axis, &centred) / scale);
            }
        }
        Matrix { numbers, width: self.width() }
    }

    /// Whether a fit on `width` columns can have made this.
    pub(super) fn is_sound(&self, width: usize) -> bool {
        let count = self.components.len();
        let positive =
            |numbers: &[f64]| numbers.len() == count && numbers.iter().all(|x| *x > 0.0 && x.is_finite());
        (1..=width).contains(&count)
            && self.mean.len() == width
            && self.mean.iter().all(|x| x.is_finite())
            && self.components.iter().all(|axis| axis.len() == width && axis.iter().all(|x| x.is_finite()))
            && positive(&self.explained_variance)
            && positive(&self.explained_variance_ratio)
    }
}

fn check(wanted: Components, width: usize) -> Result<(), NumberError> {
    match wanted {
        Components::Count(count) => {
            Range::between(1.0, width as f64).check("data.pca", count as f64).map(drop)
        }
        Components::Share(share) if share > 0.0 && share <= 1.0 => Ok(()),
        Components::Share(share) => Err(NumberError {
            name: "data.pca".to_owned(),
            value: share,
            expected: "a whole number of components, or a share greater than 0 and at most 1".to_owned(),
        }),
    }
}

/// How many components are kept of those that have these shares of the variance.
fn count(wanted: Components, ratios: &[f64]) -> usize {
    let count = match wanted {
        Components::Count(count) => count,
        Components::Share(share) => {
            let sums = ratios.iter().scan(0.0, |sum, ratio| {
                *sum += ratio;
                Some(*sum)
            });
            sums.take_while(|sum| *sum <= share).count() + 1
        }
    };
    count.min(ratios.len())
}

/// Makes the largest weight positive, of equal ones the first.
fn turn(axis: &mut [f64]) {
    let largest = axis.iter().fold(0.0_f64, |largest, x| if x.abs() > largest.abs() { *x } else { largest });
    if largest < 0.0 {
        axis.iter_mut().for_each(|x| *x = -*x);
    }
}

#[cfg(test)]
mod tests;
