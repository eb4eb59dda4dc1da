//! The path of any model that is trained: from dense to sparse.

use kiln_core::Range;

use super::{PathError, grid};

/// How often the strength is doubled at most in the search for the one at which nothing is left.
const DOUBLINGS: u32 = 100;

/// The path of a model that is trained by steps, with a penalty that makes weights exactly zero.
///
/// Strengths rise, and each training begins at the weights of the one before, as in LassoNet (Lemhadri, Ruan, Abraham,
/// Tibshirani: LassoNet: A neural network with feature sparsity. Journal of Machine Learning Research 22, 2021). The other
/// direction, that of a convex path, would not leave its first point: with all weights zero, the gradient of every
/// weight of a network with hidden layers is zero, too. For the same reason no gradient says from which strength on all
/// weights are zero, and [`DenseToSparse::lambda_max`] looks for it.
///
/// What the trainings do is the caller's: `M` is a model, or its weights.
///
/// | setting | default | range |
/// |---|---|---|
/// | `lambdas` | 20 | ≥ 2 |
/// | `ratio` | 1e-3 | (0, 1) |
///
/// ```
/// use kiln_validate::path::{DenseToSparse, PathError};
///
/// // Three weights that are pulled towards 3, 1 and 0.2, and shrink by λ.
/// let stage = |_: &[f64; 3], lambda: f64| {
///     let weights = [3.0, 1.0, 0.2].map(|pull: f64| (pull - lambda).max(0.0));
///     let left = weights.iter().filter(|weight| **weight > 0.0).count();
///     Ok::<_, PathError>(Some((weights, left)))
/// };
/// let path = DenseToSparse { lambdas: 4, ratio: 0.1 };
/// let dense = [3.0, 1.0, 0.2];
/// let most = path.lambda_max(&dense, 0.25, stage)?.unwrap();
/// assert_eq!(most, 4.0);
/// let points = path.fit(dense, path.onwards(most)?, |weights, lambda| {
///     Ok::<_, PathError>(stage(weights, lambda)?.map(|(weights, left)| (weights, left, left)))
/// })?;
/// let left: Vec<usize> = points.unwrap().into_iter().map(|(_, left)| left).collect();
/// assert_eq!(left, [2, 2, 1, 0]);
/// # Ok::<(), PathError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DenseToSparse {
    /// Strengths on the path, about: it ends with the first at which nothing is left.
    pub lambdas: usize,
    /// The smallest strength, as a part of the largest.
    pub ratio: f64,
}

impl Default for DenseToSparse {
    fn default() -> Self {
        Self { lambdas: 20, ratio: 1e-3 }
    }
}

impl DenseToSparse {
    /// A strength at which nothing is left, at most twice as large as need be: `first`, doubled until there is
    /// none. `stage` trains a model further at a strength, and says how many weights are not zero then; `None` when it
    /// was asked to stop, and then there is no strength.
    ///
    /// # Errors
    /// Whatever `stage` gives; a `first` that is not positive, [`PathError::NeverZero`].
    pub fn lambda_max<M, E: From<PathError>>(
        &self,
        dense: &M,
        first: f64,
        mut stage: impl FnMut(&M, f64) -> Result<Option<(M, usize)>, E>,
    ) -> Result<Option<f64>, E> {
        let mut lambda = Range::POSITIVE.check("the first strength", first).map_err(PathError::from)?;
        let mut model: Option<M> = None;
        let mut left = 0;
        for _ in 0..DOUBLINGS {
            match stage(model.as_ref().unwrap_or(dense), lambda)? {
                None => return Ok(None),
                Some((_, 0)) => return Ok(Some(lambda)),
                Some((next, some)) => (model, left) = (Some(next), some),
            }
            lambda *= 2.0;
        }
        Err(PathError::NeverZero { lambda, left }.into())
    }

    /// The strengths: from `ratio` of `most` up to it, each the same multiple of the one before, and as many again for
    /// weights that still do not give way.
    ///
    /// # Errors
    /// A setting out of its range.
    pub fn onwards(&self, most: f64) -> Result<Vec<f64>, PathError> {
        let mut lambdas = grid::falling(most, self.lambdas, self.ratio)?;
        lambdas.reverse();
        let growth = lambdas[1] / lambdas[0];
        for _ in 0..self.lambdas {
            lambdas.push(lambdas[lambdas.len() - 1] * growth);
        }
        Ok(lambdas)
    }

    /// Trains at one strength after another, each time from where the one before ended, and gives the strengths with what
    /// `stage` has to say. The path ends with the first strength at which nothing is left: larger ones change nothing.
    /// `None` when `stage` was asked to stop.
    ///
    /// # Errors
    /// Whatever `stage` gives.
    pub fn fit<M, R, E>(
        &self,
        dense: M,
        lambdas: impl IntoIterator<Item = f64>,
        mut stage: impl FnMut(&M, f64) -> Result<Option<(M, usize, R)>, E>,
    ) -> Result<Option<Vec<(f64, R)>>, E> {
        let mut points = Vec::new();
        let mut model = dense;
        for lambda in lambdas {
            let Some((next, left, result)) = stage(&model, lambda)? else { return Ok(None) };
            points.push((lambda, result));
            if left == 0 {
                break;
            }
            model = next;
        }
        Ok(Some(points))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_begins_where_the_one_before_ended() {
        let path = DenseToSparse { lambdas: 3, ratio: 0.25 };
        assert!(
            path.onwards(4.0)
                .unwrap()
                .iter()
                .zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
                .all(|(a, b)| (a - b).abs() < 1e-12)
        );
        let mut seen = Vec::new();
        let points = path.fit(9, path.onwards(4.0).unwrap(), |from, lambda| {
            seen.push(*from);
            let model = from - lambda as i64;
            Ok::<_, PathError>(Some((model, model.max(0) as usize, model)))
        });
        assert_eq!(seen, [9, 8, 6, 2]);
        let models: Vec<i64> = points.unwrap().unwrap().into_iter().map(|(_, model)| model).collect();
        assert_eq!(models, [8, 6, 2, -6], "and the path ends where nothing is left");
    }

    #[test]
    fn a_stage_can_stop_the_path() {
        let path = DenseToSparse::default();
        let mut count = 0;
        let mut stage = |(): &(), _: f64| {
            count += 1;
            Ok::<_, PathError>((count < 3).then_some(((), 1)))
        };
        assert_eq!(path.lambda_max(&(), 1.0, &mut stage).unwrap(), None);
        let fit =
            path.fit((), [1.0, 2.0], |(), lambda| Ok::<_, PathError>((lambda < 2.0).then_some(((), 1, ()))));
        assert_eq!(fit.unwrap(), None);
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        let stuck = |(): &(), _: f64| Ok::<_, PathError>(Some(((), 7)));
        let path = DenseToSparse::default();
        for first in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(path.lambda_max(&(), first, stuck), Err(PathError::Number(_))), "{first}");
        }
        assert!(matches!(path.lambda_max(&(), 1.0, stuck), Err(PathError::NeverZero { left: 7, .. })));
        assert!(DenseToSparse { lambdas: 1, ..path.clone() }.onwards(1.0).is_err());
        assert!(DenseToSparse { ratio: 1.0, ..path }.onwards(1.0).is_err());
    }
}
