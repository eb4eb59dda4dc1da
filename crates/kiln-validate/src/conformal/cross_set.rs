//! Sets of classes by the models of a cross-validation.

use super::error::{ConformalError, level as check_level};
use super::quantile::rank;

/// The classes of one new item by the models of all folds: CV+ for classes (Romano, Sesia and Candès: Classification with valid and
/// adaptive coverage, 2020), with the scores of [`ClassSet`](super::ClassSet). A class is in the set unless its score is above those of
/// ⌈(n + 1) · level⌉ items or more. The set holds the class with a probability of at least 2 · level − 1, and usually of about `level`.
///
/// MAPIE 1.6 (`agg_scores="crossval"`) asks for one or two items more, and so drops a class a little earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSet {
    /// The scores of the items of each fold, rising.
    folds: Vec<Vec<f64>>,
    /// So many items with lower scores keep a class out.
    most: usize,
}

impl CrossSet {
    /// `scores`: 1 less the probability of its class that each item has from the model that was not fitted on it. `folds`: the fold of
    /// each item, from 0.
    ///
    /// # Errors
    /// A level that is not above 0 and below 1; lists of different lengths, no items, a number that is not finite.
    ///
    /// ```
    /// use kiln_validate::conformal::CrossSet;
    ///
    /// let set = CrossSet::calibrate(&[0.1, 0.4, 0.2, 0.3], &[0, 0, 1, 1], 0.6)?;
    /// // The class 1 has a score of 0.3 from one model and of 0.25 from the other: above those of two items, and three keep it out.
    /// let of_folds = [[0.3, 0.7], [0.25, 0.75]];
    /// assert_eq!(set.of(&of_folds)?, [1]);
    /// # Ok::<(), kiln_validate::conformal::ConformalError>(())
    /// ```
    pub fn calibrate(scores: &[f64], folds: &[usize], level: f64) -> Result<Self, ConformalError> {
        let level = check_level(level)?;
        let items = super::error::same(&[("scores", scores)])?;
        if folds.len() != items {
            return Err(ConformalError::Length { name: "folds", expected: items, found: folds.len() });
        }
        let count = folds.iter().max().map_or(0, |last| last + 1);
        let mut of_folds = vec![Vec::new(); count];
        for (score, fold) in scores.iter().zip(folds) {
            of_folds[*fold].push(*score);
        }
        of_folds.iter_mut().for_each(|scores| scores.sort_by(f64::total_cmp));
        Ok(Self { folds: of_folds, most: rank(items, level) })
    }

    /// The classes, from 0, for the probabilities that the model of each fold gives an item.
    ///
    /// # Errors
    /// [`ConformalError::Length`] for more or fewer models than folds, and for models with more or fewer classes than the first.
    pub fn of<P: AsRef<[f64]>>(&self, of_folds: &[P]) -> Result<Vec<usize>, ConformalError> {
        let length = |name, expected, found| ConformalError::Length { name, expected, found };
        if of_folds.len() != self.folds.len() {
            return Err(length("models", self.folds.len(), of_folds.len()));
        }
        let classes = of_folds.first().map_or(0, |of| of.as_ref().len());
        if let Some(other) = of_folds.iter().find(|of| of.as_ref().len() != classes) {
            return Err(length("probabilities", classes, other.as_ref().len()));
        }
        let lower = |class: usize| -> usize {
            let in_fold = |(scores, of): (&Vec<f64>, &P)| {
                let score = 1.0 - of.as_ref()[class];
                scores.partition_point(|other| *other < score)
            };
            self.folds.iter().zip(of_folds).map(in_fold).sum()
        };
        Ok((0..classes).filter(|class| lower(*class) < self.most).collect())
    }
}
