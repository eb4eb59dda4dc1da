//! Inner products of columns, kept from one sweep and one strength to the next.

use crate::Design;
use crate::design::dot;

/// Columns at most, and with them 32 MiB.
const MOST: usize = 2048;

/// `Xᵀ X / n` of the columns that had a weight at some time, in the order in which they came: what sweeps over them need
/// instead of the rows (the covariance updates of Friedman, Hastie and Tibshirani 2010, section 2.2).
#[derive(Debug, Clone)]
pub(crate) struct Gram {
    /// `x · x / n` of every column.
    pub(crate) norms: Vec<f64>,
    /// The columns that are covered, and their products.
    pub(crate) covered: Vec<usize>,
    products: Vec<Vec<f64>>,
    is_covered: Vec<bool>,
}

impl Gram {
    /// No products yet.
    pub(crate) fn new(x: &Design) -> Self {
        let n = x.rows() as f64;
        let norms = (0..x.columns()).map(|j| dot(x.column(j), x.column(j)) / n).collect();
        Self { norms, covered: Vec::new(), products: Vec::new(), is_covered: vec![false; x.columns()] }
    }

    /// Adds the columns that are missing; `false` where they would be more than rows, or too many to keep: sweeps over
    /// the rows are the shorter way then.
    pub(crate) fn cover(&mut self, x: &Design, columns: &[usize]) -> bool {
        let fresh: Vec<usize> = columns.iter().copied().filter(|j| !self.is_covered[*j]).collect();
        if self.covered.len() + fresh.len() > MOST.min(x.rows()) {
            return false;
        }
        for j in fresh {
            self.covered.push(j);
            self.is_covered[j] = true;
            let n = x.rows() as f64;
            let row: Vec<f64> = self.covered.iter().map(|k| dot(x.column(*k), x.column(j)) / n).collect();
            for (products, product) in self.products.iter_mut().zip(&row) {
                products.push(*product);
            }
            self.products.push(row);
        }
        true
    }

    /// Products of a covered column, by its place, with all that are covered.
    pub(crate) fn row(&self, place: usize) -> &[f64] {
        &self.products[place]
    }
}
