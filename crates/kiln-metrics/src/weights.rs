//! Weights of items, as scikit-learn's `sample_weight`.

use crate::{MetricError, check};

/// Weights that were checked: as many as items, finite, none below 0. `None`: all items count 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights<'a> {
    given: Option<&'a [f64]>,
    items: usize,
}

impl<'a> Weights<'a> {
    /// Weights of a batch, which may all be 0.
    pub(crate) fn of_batch(given: Option<&'a [f64]>, items: usize) -> Result<Self, MetricError> {
        if let Some(weights) = given {
            if weights.len() != items {
                let expected = items.to_string();
                let found = weights.len();
                return Err(MetricError::Length { what: "weights", found, expected, items });
            }
            let allowed = |weight: f64| weight.is_finite() && weight >= 0.0;
            check::values("weights", weights, "finite and at least 0", allowed)?;
        }
        Ok(Self { given, items })
    }

    /// Weights of all items, which must not all be 0.
    pub(crate) fn of(given: Option<&'a [f64]>, items: usize) -> Result<Self, MetricError> {
        let weights = Self::of_batch(given, items)?;
        if weights.total() > 0.0 { Ok(weights) } else { Err(MetricError::NoWeight) }
    }

    /// The weight of one item.
    pub(crate) fn at(&self, item: usize) -> f64 {
        self.given.map_or(1.0, |weights| weights[item])
    }

    /// Sum of the weights.
    pub(crate) fn total(&self) -> f64 {
        self.given.map_or(self.items as f64, |weights| weights.iter().sum())
    }

    /// The weighted sum of a value of each item. The value of an item with weight 0 does not count, whatever it is.
    pub(crate) fn sum(&self, value: impl Fn(usize) -> f64) -> f64 {
        let weighted = |item| match self.at(item) {
            0.0 => 0.0,
            weight => weight * value(item),
        };
        (0..self.items).map(weighted).sum()
    }

    /// The weighted mean of a value of each item.
    pub(crate) fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.sum(value) / self.total()
    }

    /// The weighted mean of a value of each item, added up from the first value that counts: exact where the values do not vary.
    pub(crate) fn center(&self, value: impl Fn(usize) -> f64) -> f64 {
        let first = (0..self.items).find(|&item| self.at(item) > 0.0).map_or(0.0, &value);
        first + self.mean(|item| value(item) - first)
    }
}
