//! The scores that follow from the counts of each class.

use super::counts::{Class, ClassCounts};
use crate::MetricError;
use crate::average::{Average, mean_without_nan};

/// Scores of one class, as a row of scikit-learn's `precision_recall_fscore_support`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ClassScore {
    /// The class.
    pub class: u32,
    /// Share of the predictions of this class that are right.
    pub precision: f64,
    /// Share of the items of this class that are found.
    pub recall: f64,
    /// Weighted harmonic mean of both.
    pub f_score: f64,
    /// Jaccard index: hits by all items that are of this class or predicted as it.
    pub jaccard: f64,
    /// Weight of the items of this class: their number, where there are no weights.
    pub support: f64,
}

impl ClassCounts {
    /// Share of the items that are predicted right. Larger is better.
    ///
    /// # Errors
    /// [`MetricError::NoWeight`] when nothing was added; so for all that follow. [`MetricError::Undefined`] after
    /// [`add_multilabel`](Self::add_multilabel).
    pub fn accuracy(&self) -> Result<f64, MetricError> {
        let all = self.total_of_one_label("accuracy")?;
        Ok(all.hits / all.actual)
    }

    /// Mean over the classes that have items of the share that is found. Larger is better. `adjusted`: 0 for guesses,
    /// 1 at best.
    ///
    /// # Errors
    /// As [`accuracy`](Self::accuracy); [`MetricError::Undefined`] when there is one class alone and `adjusted`.
    pub fn balanced_accuracy(&self, adjusted: bool) -> Result<f64, MetricError> {
        self.total_of_one_label("balanced accuracy")?;
        let with_items = self.classes().iter().filter(|class| class.actual > 0.0);
        let recalls: Vec<f64> = with_items.map(|class| class.hits / class.actual).collect();
        let score = recalls.iter().sum::<f64>() / recalls.len() as f64;
        if !adjusted {
            return Ok(score);
        }
        if recalls.len() < 2 {
            let why = "the items are of one class";
            return Err(MetricError::Undefined { metric: "adjusted balanced accuracy", why });
        }
        let chance = 1.0 / recalls.len() as f64;
        Ok((score - chance) / (1.0 - chance))
    }

    /// Share of the predictions of a class that are right. Larger is better.
    ///
    /// # Errors
    /// As [`accuracy`](Self::accuracy); [`MetricError::Average`] for [`Average::Binary`] of other than two classes.
    pub fn precision(&self, average: Average) -> Result<f64, MetricError> {
        self.averaged("precision", average, precision)
    }

    /// Share of the items of a class that are found. Larger is better.
    ///
    /// # Errors
    /// As [`precision`](Self::precision).
    pub fn recall(&self, average: Average) -> Result<f64, MetricError> {
        self.averaged("recall", average, recall)
    }

    /// Harmonic mean of precision and recall. Larger is better.
    ///
    /// # Errors
    /// As [`precision`](Self::precision).
    pub fn f1(&self, average: Average) -> Result<f64, MetricError> {
        self.f_beta(1.0, average)
    }

    /// Harmonic mean of precision and recall, in which recall counts `beta` times as much, `[0, ∞)`. Larger is better.
    ///
    /// # Errors
    /// As [`precision`](Self::precision); a `beta` out of its range.
    pub fn f_beta(&self, beta: f64, average: Average) -> Result<f64, MetricError> {
        kiln_core::Range::at_least(0.0).check("beta", beta)?;
        self.averaged("F-score", average, |class| f_score(class, beta))
    }

    /// Jaccard index: hits by all items that are of a class or predicted as it. Larger is better.
    ///
    /// # Errors
    /// As [`precision`](Self::precision).
    pub fn jaccard(&self, average: Average) -> Result<f64, MetricError> {
        self.averaged("Jaccard index", average, jaccard)
    }

    /// Matthews' correlation coefficient, from −1 to 1; 0 where all items or all predictions are of one class, as in
    /// scikit-learn. Larger is better.
    ///
    /// # Errors
    /// As [`accuracy`](Self::accuracy).
    pub fn matthews(&self) -> Result<f64, MetricError> {
        let all = self.total_of_one_label("Matthews' coefficient")?;
        let several = |f: &dyn Fn(&Class) -> f64| self.classes().iter().filter(|c| f(c) > 0.0).count() > 1;
        // Rounding may leave a little of a variance that is 0.
        if !several(&|c| c.actual) || !several(&|c| c.predicted) {
            return Ok(0.0);
        }
        let sum = |f: &dyn Fn(&Class) -> f64| self.classes().iter().map(f).sum::<f64>();
        let n = all.actual;
        let both = all.hits * n - sum(&|c| c.actual * c.predicted);
        let actual = n * n - sum(&|c| c.actual * c.actual);
        let predicted = n * n - sum(&|c| c.predicted * c.predicted);
        Ok(both / (actual * predicted).sqrt())
    }

    /// The scores of each class that occurs, rising; `beta` as in [`f_beta`](Self::f_beta).
    ///
    /// # Errors
    /// As [`f_beta`](Self::f_beta).
    pub fn per_class(&self, beta: f64) -> Result<Vec<ClassScore>, MetricError> {
        kiln_core::Range::at_least(0.0).check("beta", beta)?;
        self.total()?;
        let score = |(label, class): (usize, &Class)| ClassScore {
            class: label as u32,
            precision: self.ratio(precision(class)),
            recall: self.ratio(recall(class)),
            f_score: self.ratio(f_score(class, beta)),
            jaccard: self.ratio(jaccard(class)),
            support: class.actual,
        };
        Ok(self.seen().map(score).collect())
    }

    fn averaged(
        &self,
        metric: &'static str,
        average: Average,
        parts: impl Fn(&Class) -> (f64, f64),
    ) -> Result<f64, MetricError> {
        let all = self.total()?;
        let each = |weight: &dyn Fn(&Class) -> f64| -> Vec<(f64, f64)> {
            self.seen().map(|(_, class)| (self.ratio(parts(class)), weight(class))).collect()
        };
        match (average, self.classes()) {
            (Average::Binary, [_, class]) => Ok(self.ratio(parts(class))),
            (Average::Binary, _) => {
                Err(MetricError::Average { metric, average, over: "of other than two classes" })
            }
            (Average::Micro, _) => Ok(self.ratio(parts(&all))),
            (Average::Macro, _) => Ok(mean_without_nan(&each(&|_| 1.0))),
            (Average::Weighted, _) => Ok(mean_without_nan(&each(&|class| class.actual))),
        }
    }
}

fn precision(class: &Class) -> (f64, f64) {
    (class.hits, class.predicted)
}

fn recall(class: &Class) -> (f64, f64) {
    (class.hits, class.actual)
}

fn f_score(class: &Class, beta: f64) -> (f64, f64) {
    let square = beta * beta;
    ((1.0 + square) * class.hits, square * class.actual + class.predicted)
}

fn jaccard(class: &Class) -> (f64, f64) {
    (class.hits, class.hits + (class.predicted - class.hits) + (class.actual - class.hits))
}
