//! The error by cross-validation along a path, and what it picks.

use super::PathError;

/// The error by cross-validation at every strength of a path, which falls.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    lambdas: Vec<f64>,
    mean: Vec<f64>,
    standard_error: Vec<f64>,
}

impl Curve {
    /// From the errors of every fold at every strength. Each fold counts the same, as in scikit-learn's `LassoCV`.
    ///
    /// # Errors
    /// [`PathError::Length`] without folds or for one of another length, [`PathError::NotFinite`].
    pub fn new(lambdas: Vec<f64>, folds: &[Vec<f64>]) -> Result<Self, PathError> {
        let expected = lambdas.len();
        if folds.is_empty() || expected == 0 {
            return Err(PathError::Length { expected, found: 0 });
        }
        for (fold, errors) in folds.iter().enumerate() {
            if errors.len() != expected {
                return Err(PathError::Length { expected, found: errors.len() });
            }
            if let Some(place) = errors.iter().position(|error| !error.is_finite()) {
                return Err(PathError::NotFinite { fold, place, value: errors[place] });
            }
        }
        let count = folds.len() as f64;
        let at = |place: usize| folds.iter().map(move |errors| errors[place]);
        let mean: Vec<f64> = (0..expected).map(|place| at(place).sum::<f64>() / count).collect();
        let standard_error = (0..expected)
            .map(|place| {
                let squares: f64 = at(place).map(|error| (error - mean[place]).powi(2)).sum();
                // One fold has no spread.
                (squares / (count - 1.0).max(1.0) / count).sqrt()
            })
            .collect();
        Ok(Self { lambdas, mean, standard_error })
    }

    /// From errors with their standard errors, such as those of the items of one validation part.
    ///
    /// # Errors
    /// [`PathError::Length`] for lists of different lengths or without numbers, [`PathError::NotFinite`].
    pub fn with_errors(
        lambdas: Vec<f64>,
        mean: Vec<f64>,
        standard_error: Vec<f64>,
    ) -> Result<Self, PathError> {
        let mut curve = Self::new(lambdas, &[mean])?;
        let (expected, found) = (curve.lambdas.len(), standard_error.len());
        if found != expected {
            return Err(PathError::Length { expected, found });
        }
        if let Some(place) = standard_error.iter().position(|error| !error.is_finite()) {
            return Err(PathError::NotFinite { fold: 0, place, value: standard_error[place] });
        }
        curve.standard_error = standard_error;
        Ok(curve)
    }

    /// The strengths, falling.
    pub fn lambdas(&self) -> &[f64] {
        &self.lambdas
    }

    /// The mean over the folds, or the items, at every strength.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The standard error of that mean, s/√k over k folds (or items). Folds share training items, so it is too small; it is the
    /// measure of [`Curve::one_standard_error`], not an interval.
    pub fn standard_error(&self) -> &[f64] {
        &self.standard_error
    }

    /// The place with the least error; of equal ones that with the larger strength.
    pub fn minimum(&self) -> usize {
        let better =
            |best: usize, place: usize| if self.mean[place] < self.mean[best] { place } else { best };
        (0..self.mean.len()).reduce(better).unwrap_or(0)
    }

    /// The place with the largest strength whose error is within a standard error of the least: the simplest model
    /// that is no worse by what the folds can tell. Breiman, Friedman, Olshen, Stone: Classification and regression
    /// trees (1984).
    pub fn one_standard_error(&self) -> usize {
        let best = self.minimum();
        let limit = self.mean[best] + self.standard_error[best];
        self.mean.iter().position(|mean| *mean <= limit).unwrap_or(best)
    }
}
