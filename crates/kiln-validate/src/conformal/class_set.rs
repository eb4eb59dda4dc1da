//! Sets of classes.

use super::error::ConformalError;
use super::quantile::conformal_quantile;

/// The classes whose probability is high enough: least ambiguous sets (Sadinle, Lei and Wasserman 2019), the smallest ones on average where
/// the probabilities are right. A set can be empty, where every class is unlikely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassSet {
    /// The largest 1 − p that is still in.
    most: f64,
}

impl ClassSet {
    /// Of items that the model was not fitted on: `probabilities` is row-major, `[items, classes]`.
    ///
    /// # Errors
    /// As [`conformal_quantile`]; lists that do not go together.
    ///
    /// ```
    /// use kiln_validate::conformal::ClassSet;
    ///
    /// let probabilities = [0.9, 0.1, 0.6, 0.4, 0.3, 0.7, 0.2, 0.8];
    /// let set = ClassSet::calibrate(&probabilities, &[0, 1, 1, 1], 0.8)?;
    /// assert_eq!(set.threshold(), 0.4);
    /// assert_eq!(set.of(&[0.45, 0.55]).collect::<Vec<_>>(), [0, 1]);
    /// assert_eq!(set.of(&[0.95, 0.05]).collect::<Vec<_>>(), [0]);
    /// # Ok::<(), kiln_validate::conformal::ConformalError>(())
    /// ```
    pub fn calibrate(probabilities: &[f64], labels: &[u32], level: f64) -> Result<Self, ConformalError> {
        if labels.is_empty() {
            return Err(ConformalError::NoItems);
        }
        let classes = probabilities.len() / labels.len();
        let expected = classes.max(1) * labels.len();
        if probabilities.len() != expected {
            return Err(ConformalError::Length {
                name: "probabilities",
                expected,
                found: probabilities.len(),
            });
        }
        let mut scores = Vec::with_capacity(labels.len());
        for (item, (row, &label)) in probabilities.chunks(classes).zip(labels).enumerate() {
            let share = row.get(label as usize).ok_or(ConformalError::Class { item, label, classes })?;
            scores.push(1.0 - share);
        }
        Self::of_scores(&scores, level)
    }

    /// The same of the scores alone: 1 less the probability of the class of each item.
    ///
    /// # Errors
    /// As [`conformal_quantile`].
    pub fn of_scores(scores: &[f64], level: f64) -> Result<Self, ConformalError> {
        Ok(Self { most: conformal_quantile(scores, level)? })
    }

    /// The smallest probability of a class that is in a set; −∞ where there were too few items.
    pub fn threshold(&self) -> f64 {
        1.0 - self.most
    }

    /// The classes, from 0, for the probabilities of an item.
    pub fn of<'a>(&self, probabilities: &'a [f64]) -> impl Iterator<Item = usize> + use<'a> {
        let most = self.most;
        probabilities
            .iter()
            .enumerate()
            .filter(move |(_, share)| 1.0 - *share <= most)
            .map(|(class, _)| class)
    }
}
