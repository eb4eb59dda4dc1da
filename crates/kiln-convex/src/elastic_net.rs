//! The lasso and the elastic net as functions.

use kiln_core::Range;

use crate::design::dot;
use crate::{ConvexError, Design, ElasticNet, Fit, LeastSquares, Loss};

/// Fits an elastic net by coordinate descent (Friedman, Hastie and Tibshirani 2010), from `warm` coefficients where
/// there are some. `y` is `[rows]`. For many λ on the same data, [`LeastSquares`] does the common work once.
///
/// ```
/// use kiln_convex::{Design, ElasticNet, elastic_net, lambda_max};
///
/// let x = Design::new(&[1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0], 4, 2)?;
/// let y = [2.0, 0.1, -2.0, -0.1];
/// let mut warm = None;
/// for share in [1.0, 0.5, 0.1] {
///     let settings = ElasticNet { lambda: share * lambda_max(&x, &y, 1.0, true)?, ..ElasticNet::default() };
///     let fit = elastic_net(&x, &y, &settings, warm.as_deref())?;
///     assert!(fit.gap <= 1e-8);
///     warm = Some(fit.coef);
/// }
/// assert_eq!(warm.unwrap()[1], 0.0);
/// # Ok::<(), kiln_convex::ConvexError>(())
/// ```
///
/// # Errors
/// [`ConvexError::Number`] for a setting out of its range, [`ConvexError::Length`] and [`ConvexError::NotFinite`] for
/// a target or a warm start that does not fit.
pub fn elastic_net(
    x: &Design,
    y: &[f64],
    settings: &ElasticNet,
    warm: Option<&[f64]>,
) -> Result<Fit, ConvexError> {
    LeastSquares::new(x, y, settings.intercept)?.elastic_net(settings, warm)
}

/// Fits a lasso, `1/(2n) ‖y − X w − b‖² + λ ‖w‖₁` with an intercept: [`elastic_net`] with its defaults.
///
/// # Errors
/// As [`elastic_net`].
pub fn lasso(x: &Design, y: &[f64], lambda: f64, warm: Option<&[f64]>) -> Result<Fit, ConvexError> {
    elastic_net(x, y, &ElasticNet { lambda, ..ElasticNet::default() }, warm)
}

/// The smallest λ at which every coefficient is zero: `max |Xᵀy| / (n · l1_ratio)` of the centred data, scikit-learn's
/// `alpha_max`.
///
/// # Errors
/// [`ConvexError::Number`] when `l1_ratio` is outside of (0, 1], [`ConvexError::Length`] and
/// [`ConvexError::NotFinite`] for a target that does not fit.
pub fn lambda_max(x: &Design, y: &[f64], l1_ratio: f64, intercept: bool) -> Result<f64, ConvexError> {
    Range::POSITIVE.check("l1_ratio", l1_ratio)?;
    Range::UNIT.check("l1_ratio", l1_ratio)?;
    Loss::Squared { y: y.to_vec(), outputs: 1 }.check(x.rows())?;
    let mean = if intercept { y.iter().sum::<f64>() / y.len() as f64 } else { 0.0 };
    let centred: Vec<f64> = y.iter().map(|y| y - mean).collect();
    // A constant column has no correlation with what is centred, whatever rounding leaves of one.
    let design = if intercept { &x.centred().0 } else { x };
    let correlations = (0..x.columns()).map(|j| dot(design.column(j), &centred).abs());
    Ok(correlations.fold(0.0, f64::max) / (y.len() as f64 * l1_ratio))
}
