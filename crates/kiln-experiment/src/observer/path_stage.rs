//! What is heard of a path that is trained.

/// A step along a path that is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PathStage<'a> {
    /// The fold, from 0, and how many there are. `None` for the path of all training items.
    pub fold: Option<[usize; 2]>,
    /// What was done.
    pub did: PathStep<'a>,
}

/// What was done on a path that is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PathStep<'a> {
    /// Trained without the penalty.
    Dense {
        /// Penalised numbers that are not zero.
        left: usize,
    },
    /// The search for the strength at which nothing is left begins.
    Searching,
    /// Trained with a strength of that search.
    Tried {
        /// The strength.
        lambda: f64,
        /// Penalised numbers that are not zero.
        left: usize,
    },
    /// Trained with a strength of the path.
    Trained {
        /// The strength.
        lambda: f64,
        /// Penalised numbers that are not zero.
        left: usize,
        /// The metric that picks, and its value, where it was measured.
        score: Option<(&'a str, f64)>,
    },
}
