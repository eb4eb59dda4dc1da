//! Hits, predictions and items of each class: all that most scores of labels need.

use crate::average::ZeroDivision;
use crate::weights::Weights;
use crate::{MetricError, check};

/// What is known of one class.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Class {
    /// Weight of the items that were predicted right.
    pub(super) hits: f64,
    /// Weight of the items that were predicted as this class.
    pub(super) predicted: f64,
    /// Weight of the items of this class.
    pub(super) actual: f64,
    /// Whether it occurs at all, whatever the weight.
    seen: bool,
}

/// Running counts of each class: three numbers a class, so that a vocabulary fits, too.
///
/// Accuracy, precision, recall, F-scores, Jaccard and Matthews' coefficient are exact from them. Only Cohen's kappa needs
/// the whole [`ConfusionMatrix`](crate::ConfusionMatrix).
///
/// ```
/// use kiln_metrics::{Average, ClassCounts};
///
/// let mut counts = ClassCounts::new(3);
/// counts.add(&[0, 1, 2], &[0, 1, 1], None)?;
/// counts.add(&[2, 0], &[2, 0], None)?;
/// assert_eq!(counts.accuracy()?, 0.8);
/// assert_eq!(counts.recall(Average::Macro)?, (1.0 + 1.0 + 0.5) / 3.0);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassCounts {
    classes: Vec<Class>,
    /// Weight of all items.
    weight: f64,
    /// Whether items may have several labels.
    multilabel: bool,
    zero_division: ZeroDivision,
}

impl ClassCounts {
    /// For labels from 0 to `classes` − 1.
    pub fn new(classes: usize) -> Self {
        let classes = vec![Class::default(); classes];
        Self { classes, weight: 0.0, multilabel: false, zero_division: ZeroDivision::default() }
    }

    /// Sets what a ratio of nothing to nothing is; [`ZeroDivision::Zero`] by default.
    #[must_use]
    pub fn with_zero_division(mut self, zero_division: ZeroDivision) -> Self {
        self.zero_division = zero_division;
        self
    }

    /// Adds a batch of labels and predicted labels; `weights`: one an item, `None`: all count 1.
    ///
    /// # Errors
    /// Lists that differ in length, a label that is no class, a weight below 0 or not finite. Nothing is added then.
    pub fn add(
        &mut self,
        y_true: &[u32],
        y_pred: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<(), MetricError> {
        let weights = batch(y_true, y_pred, self.classes.len(), weights)?;
        for (item, (&actual, &predicted)) in y_true.iter().zip(y_pred).enumerate() {
            self.add_item(actual as usize, predicted as usize, weights.at(item));
        }
        Ok(())
    }

    /// Adds a batch of items that may have several labels or none: 1 for a label that an item has, 0 for another. Both tables are
    /// row-major, `[items, classes]`; `weights`: one an item, `None`: all count 1.
    ///
    /// Precision, recall, F-scores and the Jaccard index are then label by label, as scikit-learn's; the other scores are not
    /// defined.
    ///
    /// # Errors
    /// Tables that are not whole rows or differ in size, a number other than 0 and 1, a weight below 0 or not finite. Nothing is
    /// added then.
    ///
    /// ```
    /// use kiln_metrics::{Average, ClassCounts};
    ///
    /// let mut counts = ClassCounts::new(3);
    /// counts.add_multilabel(&[1, 0, 1, 0, 1, 1], &[1, 0, 0, 0, 1, 1], None)?;
    /// assert_eq!(counts.recall(Average::Micro)?, 0.75);
    /// # Ok::<(), kiln_metrics::MetricError>(())
    /// ```
    pub fn add_multilabel(
        &mut self,
        y_true: &[u32],
        y_pred: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<(), MetricError> {
        if y_true.is_empty() && y_pred.is_empty() {
            return Ok(());
        }
        let labels = self.classes.len();
        let items = check::rows(y_true, "y_pred", y_pred, labels)?;
        check::labels("y_true", y_true, 2)?;
        check::labels("y_pred", y_pred, 2)?;
        let weights = Weights::of_batch(weights, items)?;
        self.multilabel = true;
        for (item, (actual, predicted)) in y_true.chunks(labels).zip(y_pred.chunks(labels)).enumerate() {
            let weight = weights.at(item);
            self.weight += weight;
            for (class, (&actual, &predicted)) in self.classes.iter_mut().zip(actual.iter().zip(predicted)) {
                class.seen = true;
                class.actual += weight * f64::from(actual);
                class.predicted += weight * f64::from(predicted);
                class.hits += weight * f64::from(actual * predicted);
            }
        }
        Ok(())
    }

    pub(super) fn add_item(&mut self, actual: usize, predicted: usize, weight: f64) {
        self.weight += weight;
        self.classes[predicted].predicted += weight;
        self.classes[predicted].seen = true;
        let class = &mut self.classes[actual];
        class.actual += weight;
        class.seen = true;
        if actual == predicted {
            class.hits += weight;
        }
    }

    /// Adds what another one has counted.
    ///
    /// # Errors
    /// [`MetricError::Merge`] when it has another number of classes.
    pub fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        let (a, b) = (self.classes.len(), other.classes.len());
        if a != b {
            return Err(MetricError::Merge { what: "classes", a, b });
        }
        self.weight += other.weight;
        self.multilabel |= other.multilabel;
        for (own, other) in self.classes.iter_mut().zip(&other.classes) {
            own.hits += other.hits;
            own.predicted += other.predicted;
            own.actual += other.actual;
            own.seen |= other.seen;
        }
        Ok(())
    }

    /// Hits, predictions and items of each class.
    pub(super) fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Those classes that occur, with their labels.
    pub(super) fn seen(&self) -> impl Iterator<Item = (usize, &Class)> {
        self.classes.iter().enumerate().filter(|(_, class)| class.seen)
    }

    /// All classes added up.
    pub(super) fn total(&self) -> Result<Class, MetricError> {
        let mut all = Class::default();
        for class in &self.classes {
            all.hits += class.hits;
            all.predicted += class.predicted;
            all.actual += class.actual;
        }
        if self.weight > 0.0 { Ok(all) } else { Err(MetricError::NoWeight) }
    }

    /// The same, for a score of items that each have one label.
    pub(super) fn total_of_one_label(&self, metric: &'static str) -> Result<Class, MetricError> {
        if self.multilabel {
            return Err(MetricError::Undefined { metric, why: "items have several labels" });
        }
        self.total()
    }

    /// A ratio, or what stands for it where the denominator is 0.
    pub(super) fn ratio(&self, (numerator, denominator): (f64, f64)) -> f64 {
        if denominator == 0.0 { self.zero_division.value() } else { numerator / denominator }
    }
}

/// The checked weights of a batch of labels.
pub(super) fn batch<'a>(
    y_true: &[u32],
    y_pred: &[u32],
    classes: usize,
    weights: Option<&'a [f64]>,
) -> Result<Weights<'a>, MetricError> {
    if y_true.len() != y_pred.len() {
        let (found, items) = (y_pred.len(), y_true.len());
        return Err(MetricError::Length { what: "y_pred", found, expected: items.to_string(), items });
    }
    check::labels("y_true", y_true, classes)?;
    check::labels("y_pred", y_pred, classes)?;
    Weights::of_batch(weights, y_true.len())
}
