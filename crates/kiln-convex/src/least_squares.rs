//! Data for many elastic nets.

use kiln_core::Range;

use crate::coordinate_descent::descend;
use crate::design::{centre, dot};
use crate::gram::Gram;
use crate::{ConvexError, Design, ElasticNet, Fit, Loss, Problem};

/// A regression's data, prepared once for many strengths: centred, with the inner products of the columns that took part
/// so far. That makes a path cheaper than as many fits of their own.
///
/// ```
/// use kiln_convex::{Design, ElasticNet, LeastSquares, lambda_max};
///
/// let x = Design::new(&[1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0], 4, 2)?;
/// let y = [2.0, 0.1, -2.0, -0.1];
/// let largest = lambda_max(&x, &y, 1.0, true)?;
/// let mut data = LeastSquares::new(&x, &y, true)?;
/// let mut warm = None;
/// for share in [1.0, 0.5, 0.1] {
///     let settings = ElasticNet { lambda: share * largest, ..ElasticNet::default() };
///     let fit = data.elastic_net(&settings, warm.as_deref())?;
///     assert!(fit.gap <= 1e-8);
///     warm = Some(fit.coef);
/// }
/// assert_eq!(warm.unwrap()[1], 0.0);
/// # Ok::<(), kiln_convex::ConvexError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LeastSquares {
    /// Centred where there is an intercept, which it then does not have. The strengths are those of the last fit.
    problem: Problem,
    /// Means of the columns, and of the target; zeros without an intercept.
    means: Vec<f64>,
    mean: f64,
    gram: Gram,
}

impl LeastSquares {
    /// Prepares features and a target, `[rows]`, for fits with an intercept or without.
    ///
    /// # Errors
    /// [`ConvexError::Length`] and [`ConvexError::NotFinite`] for a target that does not fit.
    pub fn new(x: &Design, y: &[f64], intercept: bool) -> Result<Self, ConvexError> {
        let mut y = y.to_vec();
        Loss::Squared { y: y.clone(), outputs: 1 }.check(x.rows())?;
        let (design, means) = if intercept { x.centred() } else { (x.clone(), vec![0.0; x.columns()]) };
        let mean = if intercept { centre(&mut y) } else { 0.0 };
        let problem = Problem::new(design, Loss::Squared { y, outputs: 1 }, 0.0, 0.0, false)?;
        Ok(Self { gram: Gram::new(&problem.design), problem, means, mean })
    }

    /// Fits an elastic net; from `warm` coefficients where there are some: the solution for the λ before this one.
    ///
    /// Whether there is an intercept was said to [`LeastSquares::new`], whatever the settings say.
    ///
    /// # Errors
    /// [`ConvexError::Number`] for a setting out of its range, [`ConvexError::Length`] for a warm start of another length.
    pub fn elastic_net(&mut self, settings: &ElasticNet, warm: Option<&[f64]>) -> Result<Fit, ConvexError> {
        let lambda = Range::at_least(0.0).check("lambda", settings.lambda)?;
        let l1_ratio = Range::UNIT.check("l1_ratio", settings.l1_ratio)?;
        Range::at_least(0.0).check("tolerance", settings.stopping.tolerance)?;
        let columns = self.means.len();
        let mut coef = match warm {
            Some(warm) if warm.len() != columns => {
                return Err(ConvexError::Length {
                    what: "the warm start",
                    found: warm.len(),
                    expected: columns,
                });
            }
            Some(warm) => warm.to_vec(),
            None => vec![0.0; columns],
        };
        (self.problem.l1, self.problem.l2) = (lambda * l1_ratio, lambda * (1.0 - l1_ratio));
        let found = descend(&self.problem, &mut self.gram, &mut coef, &settings.stopping)?;
        Ok(Fit {
            intercept: self.mean - dot(&coef, &self.means),
            coef,
            gap: found.certificate.gap.unwrap_or(f64::INFINITY),
            iterations: found.sweeps,
            converged: found.certificate.holds(settings.stopping.tolerance),
        })
    }
}
