//! The targets of the training part.

use super::fit_rows::FitRows;
use super::matrix::Matrix;
use crate::Target;

/// The rows of the training part and their targets: what a form of inputs is fitted with, beside its features. It knows
/// no data set, because a data set is made of forms. Only a [`TrainView`](super::TrainView) gives one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrainTargets<'a> {
    /// Of all rows of the data set.
    pub(super) target: &'a Target,
    pub(super) fit: FitRows<'a>,
}

impl<'a> TrainTargets<'a> {
    pub(super) fn new(target: &'a Target, fit: FitRows<'a>) -> Self {
        Self { target, fit }
    }

    /// The rows of the training part.
    pub(crate) fn rows(&self) -> &'a [usize] {
        self.fit.rows()
    }

    /// The same with what each of them counts.
    pub(crate) fn fit_rows(&self) -> FitRows<'a> {
        self.fit
    }

    /// The targets of some rows as columns of numbers. The names of the columns; none where there is a single one.
    pub(super) fn columns(&self, rows: &[usize]) -> (Vec<String>, Matrix) {
        let (names, mut matrix) = self.target.columns(rows);
        matrix.numbers.iter_mut().for_each(|number| *number = self.fit.precision().of(*number));
        (names, matrix)
    }
}
