//! The matrix of features.

use crate::ConvexError;

/// Features, one column after another, so that a solver that goes through columns reads memory in order.
///
/// ```
/// use kiln_convex::Design;
///
/// let design = Design::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, 2)?;
/// assert_eq!(design.column(1), [2.0, 4.0, 6.0]);
/// # Ok::<(), kiln_convex::ConvexError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    columns: Vec<f64>,
    rows: usize,
}

impl Design {
    /// Features in row-major order, `[rows, columns]`, all finite.
    ///
    /// # Errors
    /// [`ConvexError::Empty`] without rows or columns, [`ConvexError::Length`] when the slice does not fit the shape,
    /// [`ConvexError::NotFinite`] for NaN and infinities.
    pub fn new(row_major: &[f64], rows: usize, columns: usize) -> Result<Self, ConvexError> {
        if rows == 0 || columns == 0 {
            return Err(ConvexError::Empty { what: if rows == 0 { "rows" } else { "columns" } });
        }
        let (found, expected) = (row_major.len(), rows.saturating_mul(columns));
        if found != expected {
            return Err(ConvexError::Length { what: "the matrix of features", found, expected });
        }
        if let Some(at) = row_major.iter().position(|x| !x.is_finite()) {
            let (row, value) = (at / columns, row_major[at]);
            return Err(ConvexError::NotFinite { what: "a feature", row, value });
        }
        let columns = (0..columns).flat_map(|j| row_major.iter().skip(j).step_by(columns).copied()).collect();
        Ok(Self { columns, rows })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns.len() / self.rows
    }

    /// One column, `[rows]`.
    pub fn column(&self, index: usize) -> &[f64] {
        &self.columns[index * self.rows..(index + 1) * self.rows]
    }

    /// The same columns with their means taken off, and the means. A constant column becomes exactly zero.
    pub(crate) fn centred(&self) -> (Self, Vec<f64>) {
        let mut centred = self.clone();
        let means = centred.columns.chunks_exact_mut(self.rows).map(centre).collect();
        (centred, means)
    }

    /// Adds `X w` to `out`, `[rows]`.
    pub(crate) fn add_product(&self, weights: &[f64], out: &mut [f64]) {
        for (column, &weight) in self.columns.chunks_exact(self.rows).zip(weights) {
            if weight != 0.0 {
                axpy(weight, column, out);
            }
        }
    }

    /// `Xᵀ v`, `[columns]`.
    pub(crate) fn transposed_product(&self, v: &[f64], out: &mut [f64]) {
        for (column, out) in self.columns.chunks_exact(self.rows).zip(out) {
            *out = dot(column, v);
        }
    }

    /// The largest eigenvalue of `[X 1]ᵀ[X 1]` (the column of ones only `with_intercept`), by power iteration, a hair
    /// above where it stood still.
    pub(crate) fn largest_eigenvalue(&self, with_intercept: bool) -> f64 {
        let (n, d) = (self.rows, self.columns());
        // Any start does that is not orthogonal to the leading vector; one with no pattern hardly ever is.
        let mut v: Vec<f64> = (0..=d).map(|j| 1.0 + 0.1 * ((j * 7919 % 101) as f64 / 101.0)).collect();
        let mut value = 0.0;
        for _ in 0..500 {
            let norm = dot(&v, &v).sqrt();
            if norm == 0.0 {
                break;
            }
            v.iter_mut().for_each(|v| *v /= norm);
            let mut product = vec![if with_intercept { v[d] } else { 0.0 }; n];
            self.add_product(&v[..d], &mut product);
            let next = dot(&product, &product);
            let mut image = vec![0.0; d + 1];
            self.transposed_product(&product, &mut image[..d]);
            image[d] = if with_intercept { product.iter().sum() } else { 0.0 };
            v = image;
            let settled = (next - value).abs() <= 1e-4 * next;
            value = next;
            if settled {
                break;
            }
        }
        1.02 * value
    }
}

/// Takes the mean off; gives it back.
pub(crate) fn centre(numbers: &mut [f64]) -> f64 {
    let n = numbers.len() as f64;
    if numbers.iter().all(|x| *x == numbers[0]) {
        let mean = numbers[0];
        numbers.fill(0.0);
        return mean;
    }
    // Twice: the first mean carries the rounding of a sum of large numbers.
    let first = numbers.iter().sum::<f64>() / n;
    numbers.iter_mut().for_each(|x| *x -= first);
    let second = numbers.iter().sum::<f64>() / n;
    numbers.iter_mut().for_each(|x| *x -= second);
    first + second
}

/// `Σ a b`, in eight sums, so that the compiler can use vectors.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a8.zip(b8) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// `out += factor · x`.
pub(crate) fn axpy(factor: f64, x: &[f64], out: &mut [f64]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out += factor * x;
    }
}
