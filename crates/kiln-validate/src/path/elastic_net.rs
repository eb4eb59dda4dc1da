//! The path of the lasso and the elastic net.

use kiln_convex::{Design, ElasticNet, LeastSquares, Stopping, lambda_max};
use kiln_core::Range;

use super::{PathError, grid};

/// The path of the lasso and the elastic net, by coordinate descent. As scikit-learn's `enet_path` and `lasso_path`
/// with an intercept.
///
/// It minimises `1/(2n) Σ (y − xw − b)² + λ (α Σ |w| + (1 − α)/2 Σ w²) + l2/2 Σ w²`.
///
/// | setting | default | range |
/// |---|---|---|
/// | `lambdas` | 100 | ≥ 2 |
/// | `ratio` | 1e-3 | (0, 1) |
/// | `l1_ratio` | 1 (a lasso) | (0, 1] |
/// | `l2` | 0 | ≥ 0 |
/// | `tolerance` | 1e-8 | > 0 |
#[derive(Debug, Clone, PartialEq)]
pub struct ElasticNetPath {
    /// Strengths on the path.
    pub lambdas: usize,
    /// The smallest strength, as a part of the largest.
    pub ratio: f64,
    /// Share of L1 in the penalty.
    pub l1_ratio: f64,
    /// An L2 term that is the same at every strength.
    pub l2: f64,
    /// The duality gap at which a point is solved, as a part of the objective of the model without features.
    pub tolerance: f64,
}

impl Default for ElasticNetPath {
    fn default() -> Self {
        Self { lambdas: 100, ratio: 1e-3, l1_ratio: 1.0, l2: 0.0, tolerance: 1e-8 }
    }
}

/// The model at one strength.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PathPoint {
    /// λ.
    pub lambda: f64,
    /// `[features]`, with exact zeros.
    pub coef: Vec<f64>,
    /// Not penalised.
    pub intercept: f64,
    /// The objective is no further than this from its minimum.
    pub gap: f64,
    /// Sweeps over the coefficients.
    pub iterations: usize,
}

impl PathPoint {
    /// Coefficients that are not zero.
    pub fn nonzero(&self) -> usize {
        self.coef.iter().filter(|coef| **coef != 0.0).count()
    }

    /// The mean squared error over some rows.
    pub fn mean_squared_error(&self, x: &Design, y: &[f64]) -> f64 {
        let mut predicted = vec![self.intercept; y.len()];
        for (place, coef) in self.coef.iter().enumerate().filter(|(_, coef)| **coef != 0.0) {
            for (predicted, x) in predicted.iter_mut().zip(x.column(place)) {
                *predicted += coef * x;
            }
        }
        let squares: f64 = predicted.iter().zip(y).map(|(predicted, y)| (predicted - y).powi(2)).sum();
        squares / y.len() as f64
    }
}

impl ElasticNetPath {
    /// The strengths: from the smallest at which every coefficient is zero, which the gradient at zero gives, down to
    /// `ratio` of it, each the same part of the one before.
    ///
    /// # Errors
    /// A setting out of its range, data that are not finite or do not fit, [`PathError::Flat`].
    pub fn grid(&self, x: &Design, y: &[f64]) -> Result<Vec<f64>, PathError> {
        let most = lambda_max(x, y, self.l1_ratio, true)?;
        let lambdas = grid::falling(most, self.lambdas, self.ratio)?;
        if most > 0.0 { Ok(lambdas) } else { Err(PathError::Flat) }
    }

    /// The models at these strengths, which fall; each begins where the one before ended.
    ///
    /// # Errors
    /// A setting out of its range, data that are not finite or do not fit.
    pub fn fit(&self, x: &Design, y: &[f64], lambdas: &[f64]) -> Result<Vec<PathPoint>, PathError> {
        let mut data = LeastSquares::new(x, y, true)?;
        let mut points: Vec<PathPoint> = Vec::new();
        for &lambda in lambdas {
            let warm = points.last().map(|point| point.coef.as_slice());
            let point = self.solve(&mut data, y, lambda, warm)?;
            points.push(point);
        }
        Ok(points)
    }

    /// The model at one strength, from `warm` coefficients where there are some.
    ///
    /// # Errors
    /// As [`ElasticNetPath::fit`].
    pub fn point(
        &self,
        x: &Design,
        y: &[f64],
        lambda: f64,
        warm: Option<&[f64]>,
    ) -> Result<PathPoint, PathError> {
        self.solve(&mut LeastSquares::new(x, y, true)?, y, lambda, warm)
    }

    fn solve(
        &self,
        data: &mut LeastSquares,
        y: &[f64],
        lambda: f64,
        warm: Option<&[f64]>,
    ) -> Result<PathPoint, PathError> {
        Range::POSITIVE.check("tolerance", self.tolerance)?;
        let mean = y.iter().sum::<f64>() / y.len().max(1) as f64;
        let null = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / (2.0 * y.len().max(1) as f64);
        let tolerance = (self.tolerance * null).max(f64::MIN_POSITIVE);
        let fixed = Range::at_least(0.0).check("l2", self.l2)?;
        // One elastic net of both: λ α of L1 and λ (1 − α) + l2 of L2.
        let strength = lambda + fixed;
        let l1_ratio = if fixed > 0.0 { self.l1_ratio * lambda / strength } else { self.l1_ratio };
        let settings = ElasticNet {
            lambda: strength,
            l1_ratio,
            stopping: Stopping { tolerance, ..Stopping::default() },
            ..ElasticNet::default()
        };
        let fit = data.elastic_net(&settings, warm)?;
        Ok(PathPoint {
            lambda,
            coef: fit.coef,
            intercept: fit.intercept,
            gap: fit.gap,
            iterations: fit.iterations,
        })
    }
}
