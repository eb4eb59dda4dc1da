//! The targets of the training part.

use crate::Target;

/// The rows of the training part and their targets: what a form of inputs is fitted with, beside its features. It knows
/// no data set, because a data set is made of forms. Only a [`TrainView`](super::TrainView) gives one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrainTargets<'a> {
    /// Of all rows of the data set.
    pub(super) target: &'a Target,
    pub(super) rows: &'a [usize],
}

impl<'a> TrainTargets<'a> {
    pub(super) fn new(target: &'a Target, rows: &'a [usize]) -> Self {
        Self { target, rows }
    }

    /// The rows of the training part.
    pub(crate) fn rows(&self) -> &'a [usize] {
        self.rows
    }
}
