//! Ridge regression in closed form.

use kiln_core::Range;

use crate::design::{Design, axpy, centre, dot};
use crate::{ConvexError, Loss};

/// Coefficients of a ridge regression.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RidgeFit {
    /// `[outputs, features]`, row-major.
    pub coef: Vec<f64>,
    /// `[outputs]`; zeros without an intercept.
    pub intercept: Vec<f64>,
}

/// Minimises `Σ (y − X w − b)² + α Σ w²`: scikit-learn's `Ridge(solver="cholesky")`, by the normal equations of the
/// centred data. With more features than rows the equations are those of the rows.
///
/// `y` is `[rows, outputs]` in row-major order, `alpha` at least 0.
///
/// ```
/// use kiln_convex::{Design, ridge};
///
/// let x = Design::new(&[-1.0, 0.0, 1.0], 3, 1)?;
/// let fit = ridge(&x, &[0.0, 1.0, 2.0], 1, 2.0, true)?;
/// assert_eq!((fit.coef[0], fit.intercept[0]), (0.5, 1.0));
/// # Ok::<(), kiln_convex::ConvexError>(())
/// ```
///
/// # Errors
/// [`ConvexError::Singular`] when `alpha` is 0 (or next to it) and the features depend on each other; the errors of
/// [`Problem::new`](crate::Problem::new) for settings and targets.
pub fn ridge(
    x: &Design,
    y: &[f64],
    outputs: usize,
    alpha: f64,
    intercept: bool,
) -> Result<RidgeFit, ConvexError> {
    Range::at_least(0.0).check("alpha", alpha)?;
    Loss::Squared { y: y.to_vec(), outputs }.check(x.rows())?;
    let (n, d) = (x.rows(), x.columns());
    let (centred, means) = if intercept { x.centred() } else { (x.clone(), vec![0.0; d]) };
    let mut targets: Vec<Vec<f64>> =
        (0..outputs).map(|k| y.iter().skip(k).step_by(outputs).copied().collect()).collect();
    let target_means: Vec<f64> =
        targets.iter_mut().map(|y| if intercept { centre(y) } else { 0.0 }).collect();
    let coef = if d <= n { primal(&centred, &targets, alpha)? } else { dual(&centred, &targets, alpha)? };
    let intercept = coef.chunks_exact(d).zip(target_means).map(|(w, y)| y - dot(w, &means)).collect();
    Ok(RidgeFit { coef, intercept })
}

/// `(XᵀX + αI)⁻¹ Xᵀy`.
fn primal(x: &Design, targets: &[Vec<f64>], alpha: f64) -> Result<Vec<f64>, ConvexError> {
    let d = x.columns();
    let mut gram = vec![0.0; d * d];
    for a in 0..d {
        for b in 0..=a {
            gram[a * d + b] = dot(x.column(a), x.column(b));
        }
        gram[a * d + a] += alpha;
    }
    let mut coef: Vec<f64> =
        targets.iter().flat_map(|y| (0..d).map(|j| dot(x.column(j), y)).collect::<Vec<_>>()).collect();
    cholesky_solve(&mut gram, &mut coef, d, targets.len())?;
    Ok(coef)
}

/// `Xᵀ (XXᵀ + αI)⁻¹ y`.
fn dual(x: &Design, targets: &[Vec<f64>], alpha: f64) -> Result<Vec<f64>, ConvexError> {
    let (n, d) = (x.rows(), x.columns());
    let mut gram = vec![0.0; n * n];
    for j in 0..d {
        let column = x.column(j);
        for (a, row) in gram.chunks_exact_mut(n).enumerate() {
            axpy(column[a], &column[..=a], &mut row[..=a]);
        }
    }
    (0..n).for_each(|i| gram[i * n + i] += alpha);
    let mut solved = targets.concat();
    cholesky_solve(&mut gram, &mut solved, n, targets.len())?;
    let product = |v: &[f64]| {
        let mut w = vec![0.0; d];
        x.transposed_product(v, &mut w);
        w
    };
    Ok(solved.chunks_exact(n).flat_map(product).collect())
}

/// Solves `A x = b` for `count` right-hand sides, one after another in `b`; `A` is `[m, m]`, symmetric and positive
/// definite, of which the lower half is read, and becomes its Cholesky factor.
pub(crate) fn cholesky_solve(
    a: &mut [f64],
    b: &mut [f64],
    m: usize,
    count: usize,
) -> Result<(), ConvexError> {
    let largest = (0..m).map(|i| a[i * m + i]).fold(0.0, f64::max);
    for j in 0..m {
        let (row, below) = a[j * m..].split_at_mut(m);
        let pivot = row[j] - dot(&row[..j], &row[..j]);
        // What rounding alone leaves of a pivot that is zero.
        if pivot.is_nan() || pivot <= largest * m as f64 * f64::EPSILON {
            return Err(ConvexError::Singular);
        }
        let root = pivot.sqrt();
        row[j] = root;
        for other in below.chunks_exact_mut(m) {
            other[j] = (other[j] - dot(&other[..j], &row[..j])) / root;
        }
    }
    for x in b.chunks_exact_mut(m).take(count) {
        for i in 0..m {
            x[i] = (x[i] - dot(&a[i * m..i * m + i], &x[..i])) / a[i * m + i];
        }
        for i in (0..m).rev() {
            let value = x[i] / a[i * m + i];
            x[i] = value;
            axpy(-value, &a[i * m..i * m + i], &mut x[..i]);
        }
    }
    Ok(())
}
