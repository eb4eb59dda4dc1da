//! Singular values and right singular vectors, by one-sided Jacobi rotations.
//!
//! The rows of a matrix `A` are rotated in pairs until all of them are orthogonal: `J·A = diag(σ)·Vᵀ`. Nothing is squared,
//! so small singular values keep their digits, which eigenvalues of `AᵀA` lose. A matrix with more rows than columns is
//! first brought to a triangle by Householder reflections, whose singular values and right singular vectors are the same.
//! (Golub and Van Loan, Matrix Computations, 2013, sections 5.2 and 8.6.3.)

use super::matrix::{Matrix, dot};

/// Jacobi rotations converge quadratically: six to ten sweeps are the rule.
const MOST_SWEEPS: usize = 60;

/// Singular values that are not zero up to rounding, falling, each with its right singular vector, of unit length.
pub(super) fn principal_axes(matrix: &Matrix) -> Vec<(f64, Vec<f64>)> {
    let (n, width) = (matrix.len(), matrix.width);
    let mut rows = if n > width { triangle(matrix) } else { matrix.rows().map(<[f64]>::to_vec).collect() };
    orthogonalise(&mut rows);
    let mut axes: Vec<(f64, Vec<f64>)> = rows.into_iter().map(|row| (dot(&row, &row).sqrt(), row)).collect();
    // The sort is stable: equal singular values stay in the order of the rows.
    axes.sort_by(|a, b| b.0.total_cmp(&a.0));
    // The bound of numpy's `matrix_rank`.
    let rounding = axes.first().map_or(0.0, |axis| axis.0) * n.max(width) as f64 * f64::EPSILON;
    axes.retain(|axis| axis.0 > rounding);
    for (length, axis) in &mut axes {
        axis.iter_mut().for_each(|x| *x /= *length);
    }
    axes
}

/// The rows of R where `A = Q·R`, by Householder reflections of the columns.
fn triangle(matrix: &Matrix) -> Vec<Vec<f64>> {
    let width = matrix.width;
    let mut columns: Vec<Vec<f64>> = (0..width).map(|index| matrix.column(index).collect()).collect();
    for j in 0..width {
        let (done, rest) = columns.split_at_mut(j + 1);
        let column = &mut done[j][j..];
        let length = dot(column, column).sqrt();
        if length == 0.0 {
            continue;
        }
        // Away from zero, so that nothing cancels.
        let signed = if column[0] > 0.0 { -length } else { length };
        let mut axis = column.to_vec();
        axis[0] -= signed;
        let squared = dot(&axis, &axis);
        column.fill(0.0);
        column[0] = signed;
        for other in rest {
            let other = &mut other[j..];
            let factor = 2.0 * dot(&axis, other) / squared;
            other.iter_mut().zip(&axis).for_each(|(x, v)| *x -= factor * v);
        }
    }
    (0..width).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
}

/// Rotates the rows in pairs until all are orthogonal.
fn orthogonalise(rows: &mut [Vec<f64>]) {
    let bound = rows.first().map_or(1, Vec::len).max(1) as f64;
    let bound = bound.sqrt() * f64::EPSILON;
    for _ in 0..MOST_SWEEPS {
        let mut done = true;
        for q in 1..rows.len() {
            let (before, from_q) = rows.split_at_mut(q);
            for row in before {
                done &= !rotate(row, &mut from_q[0], bound);
            }
        }
        if done {
            break;
        }
    }
}

/// Makes two rows orthogonal; `false` when they are.
fn rotate(x: &mut [f64], y: &mut [f64], bound: f64) -> bool {
    let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y));
    if xy == 0.0 || xy.abs() <= bound * xx.sqrt() * yy.sqrt() {
        return false;
    }
    let zeta = (yy - xx) / (2.0 * xy);
    let tangent = 1.0_f64.copysign(zeta) / (zeta.abs() + zeta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = cosine * tangent;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
    true
}

#[cfg(test)]
mod tests {
    use kiln_core::Seed;

    use super::*;

    fn random(rows: usize, width: usize, seed: u64) -> Matrix {
        let numbers = (0..rows * width).map(|i| Seed::new(seed).normal(i as u64)).collect();
        Matrix { numbers, width }
    }

    /// `Aᵀ·A = V·Σ²·Vᵀ` and `VᵀV = 1`, which together say that nothing is missing.
    #[test]
    fn the_axes_are_orthogonal_and_give_the_matrix_back() {
        for (seed, (rows, width)) in
            [(1, 1), (1, 5), (5, 1), (7, 3), (3, 7), (20, 20), (50, 9), (9, 50)].into_iter().enumerate()
        {
            let a = random(rows, width, seed as u64);
            let axes = principal_axes(&a);
            assert_eq!(axes.len(), rows.min(width));
            for (i, (_, x)) in axes.iter().enumerate() {
                for (j, (_, y)) in axes.iter().enumerate() {
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((dot(x, y) - expected).abs() < 1e-13, "{rows} x {width}: {i}, {j}");
                }
            }
            for i in 0..width {
                for j in 0..width {
                    let ata: f64 = a.rows().map(|row| row[i] * row[j]).sum();
                    let back: f64 = axes.iter().map(|(sigma, v)| sigma * sigma * v[i] * v[j]).sum();
                    assert!((ata - back).abs() < 1e-12 * (rows * width) as f64, "{rows} x {width}");
                }
            }
        }
    }

    #[test]
    fn small_singular_values_keep_their_digits() {
        // The columns are orthogonal, so their lengths are the singular values.
        let (large, small) = (1.0, 1e-12);
        let numbers = vec![large, small, large, -small, large, small, large, -small];
        let values: Vec<f64> = principal_axes(&Matrix { numbers, width: 2 }).iter().map(|a| a.0).collect();
        assert!((values[0] - 2.0).abs() < 1e-15);
        assert!((values[1] / 2e-12 - 1.0).abs() < 1e-4, "{values:?}");
    }

    #[test]
    fn directions_without_length_are_left_out() {
        let thrice = random(30, 1, 3).numbers.iter().flat_map(|&x| [x, 2.0 * x, -x]).collect();
        assert_eq!(principal_axes(&Matrix { numbers: thrice, width: 3 }).len(), 1);
        assert!(principal_axes(&Matrix::zeros(4, 3)).is_empty());
        assert!(principal_axes(&Matrix::zeros(2, 3)).is_empty());
    }
}
