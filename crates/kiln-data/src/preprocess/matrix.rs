//! Rows of numbers in f64: what the steps after the encoding work on.

/// Row-major numbers, `width` in each row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) numbers: Vec<f64>,
    pub(crate) width: usize,
}

impl Matrix {
    pub(super) fn zeros(rows: usize, width: usize) -> Self {
        Self { numbers: vec![0.0; rows * width], width }
    }

    /// How many rows there are; a matrix without columns has none.
    pub(super) fn len(&self) -> usize {
        self.numbers.len() / self.width.max(1)
    }

    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.numbers.chunks_exact(self.width.max(1))
    }

    pub(super) fn column(&self, index: usize) -> impl Iterator<Item = f64> + Clone {
        self.numbers.iter().skip(index).step_by(self.width.max(1)).copied()
    }

    /// The number that all rows have in a column; `None` when they differ.
    pub(super) fn constant(&self, index: usize) -> Option<f64> {
        let first = self.column(index).next()?;
        self.column(index).all(|x| x == first).then_some(first)
    }

    /// The mean of a column whose rows have these weights, exact when the column is constant.
    pub(super) fn mean(&self, index: usize, weights: &[f64]) -> f64 {
        let sum = || self.column(index).zip(weights).map(|(x, weight)| weight * x).sum::<f64>();
        self.constant(index).unwrap_or_else(|| sum() / weights.iter().sum::<f64>())
    }
}

/// The scalar product of two vectors of one length. Eight sums run side by side, so that it can use vectors of the
/// processor; their order depends on the length alone.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
