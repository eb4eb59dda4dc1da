//! Probabilities in bins, added up batch by batch.

use serde::{Deserialize, Serialize};

use crate::weights::Weights;
use crate::{MetricError, check};

/// Predictions whose probabilities are about the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CalibrationBin {
    /// Lower end of the bin.
    pub low: f64,
    /// Upper end of the bin; it belongs to this bin.
    pub high: f64,
    /// Mean of the probabilities.
    pub confidence: f64,
    /// Share of those that came true.
    pub frequency: f64,
    /// Sum of their weights: their number, where there are no weights.
    pub weight: f64,
}

/// How often what is given a probability happens, bin by bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CalibrationCurve {
    /// The bins that hold something, rising.
    pub bins: Vec<CalibrationBin>,
}

impl CalibrationCurve {
    /// Share of those that came true in each bin: scikit-learn's `prob_true`.
    pub fn prob_true(&self) -> Vec<f64> {
        self.bins.iter().map(|bin| bin.frequency).collect()
    }

    /// Mean probability in each bin: scikit-learn's `prob_pred`.
    pub fn prob_pred(&self) -> Vec<f64> {
        self.bins.iter().map(|bin| bin.confidence).collect()
    }

    /// Expected calibration error: mean |frequency − confidence|, each bin by its weight (Naeini et al. 2015), `[0, 1]`.
    /// Smaller is better.
    pub fn ece(&self) -> f64 {
        let all: f64 = self.bins.iter().map(|bin| bin.weight).sum();
        self.bins.iter().map(|bin| bin.weight * gap(bin)).sum::<f64>() / all
    }

    /// Maximum calibration error: the largest |frequency − confidence| of a bin, `[0, 1]`. Smaller is better.
    pub fn mce(&self) -> f64 {
        self.bins.iter().map(gap).fold(0.0, f64::max)
    }
}

fn gap(bin: &CalibrationBin) -> f64 {
    (bin.frequency - bin.confidence).abs()
}

/// Running sums of probabilities in bins of one width.
///
/// ```
/// use kiln_metrics::CalibrationBins;
///
/// let mut bins = CalibrationBins::new(10)?;
/// bins.add(&[1, 1], &[0.9, 0.9], None)?;
/// bins.add(&[1, 0], &[0.9, 0.9], None)?;
/// // Says 0.9 and is right in 3 of 4 cases.
/// assert!((bins.finish()?.ece() - 0.15).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationBins {
    low: f64,
    /// The ends between the bins; each belongs to the bin below.
    edges: Vec<f64>,
    high: f64,
    sums: Vec<Sum>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sum {
    probability: f64,
    hits: f64,
    weight: f64,
}

impl CalibrationBins {
    /// `bins` bins of one width, at least 1.
    ///
    /// # Errors
    /// No bins.
    pub fn new(bins: usize) -> Result<Self, MetricError> {
        kiln_core::check::at_least("bins", bins, 1)?;
        // numpy's linspace, so that a probability on an edge falls on the same side of it.
        let edges = (1..bins).map(|edge| edge as f64 * (1.0 / bins as f64)).collect();
        Ok(Self::between(0.0, edges, 1.0))
    }

    pub(super) fn between(low: f64, edges: Vec<f64>, high: f64) -> Self {
        let sums = vec![Sum::default(); edges.len() + 1];
        Self { low, edges, high, sums }
    }

    /// Adds a batch of what came true, 0 and 1, and its probabilities; `weights`: one an item, `None`: all count 1.
    ///
    /// # Errors
    /// Lists that differ in length, a label other than 0 and 1, a number outside `[0, 1]`, a weight below 0 or not finite.
    /// Nothing is added then.
    pub fn add(
        &mut self,
        y_true: &[u32],
        y_prob: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<(), MetricError> {
        if y_true.is_empty() && y_prob.is_empty() {
            return Ok(());
        }
        let items = check::same_length(y_true, "y_prob", y_prob)?;
        check::labels("y_true", y_true, 2)?;
        check::probabilities("y_prob", y_prob)?;
        let weights = Weights::of_batch(weights, items)?;
        for (item, (&label, &probability)) in y_true.iter().zip(y_prob).enumerate() {
            let weight = weights.at(item);
            let sum = &mut self.sums[self.edges.partition_point(|&edge| edge < probability)];
            sum.probability += weight * probability;
            sum.hits += weight * f64::from(label);
            sum.weight += weight;
        }
        Ok(())
    }

    /// Adds what another one has summed.
    ///
    /// # Errors
    /// [`MetricError::Merge`] when it has another number of bins.
    pub fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        let (a, b) = (self.sums.len(), other.sums.len());
        if a != b {
            return Err(MetricError::Merge { what: "bins", a, b });
        }
        for (own, other) in self.sums.iter_mut().zip(&other.sums) {
            own.probability += other.probability;
            own.hits += other.hits;
            own.weight += other.weight;
        }
        Ok(())
    }

    /// The curve so far.
    ///
    /// # Errors
    /// [`MetricError::NoWeight`] when nothing was added, or nothing with a weight.
    pub fn finish(&self) -> Result<CalibrationCurve, MetricError> {
        let end = |edge: Option<usize>, other: f64| {
            edge.and_then(|edge| self.edges.get(edge)).map_or(other, |edge| *edge)
        };
        let bin = |(bin, sum): (usize, &Sum)| CalibrationBin {
            low: end(bin.checked_sub(1), self.low),
            high: end(Some(bin), self.high),
            confidence: sum.probability / sum.weight,
            frequency: sum.hits / sum.weight,
            weight: sum.weight,
        };
        let filled = self.sums.iter().enumerate().filter(|(_, sum)| sum.weight > 0.0);
        let bins: Vec<CalibrationBin> = filled.map(bin).collect();
        if bins.is_empty() { Err(MetricError::NoWeight) } else { Ok(CalibrationCurve { bins }) }
    }
}
