//! A score of two classes for each column of a table, averaged.

use crate::MetricError;
use crate::average::Average;
use crate::weights::Weights;

/// Scores, row-major, whose size was checked.
pub(super) struct Columns<'a> {
    pub(super) metric: &'static str,
    pub(super) y_score: &'a [f64],
    pub(super) columns: usize,
    pub(super) average: Average,
    pub(super) weights: Option<&'a [f64]>,
}

impl Columns<'_> {
    /// The average of `score` over the columns; `is_of`: whether an item belongs to a column.
    pub(super) fn average(
        &self,
        is_of: impl Fn(usize, usize) -> bool,
        score: impl Fn(&[u32], &[f64], Option<&[f64]>) -> Result<f64, MetricError>,
    ) -> Result<f64, MetricError> {
        let (metric, average, columns) = (self.metric, self.average, self.columns);
        let items = self.y_score.len() / columns;
        let checked = Weights::of(self.weights, items)?;
        if average == Average::Binary {
            return Err(MetricError::Average { metric, average, over: "over several classes" });
        }
        if average == Average::Micro {
            let cells = || 0..items * columns;
            let labels: Vec<u32> =
                cells().map(|cell| u32::from(is_of(cell / columns, cell % columns))).collect();
            let weights: Vec<f64> = cells().map(|cell| checked.at(cell / columns)).collect();
            return score(&labels, self.y_score, Some(&weights));
        }
        let (mut sum, mut all) = (0.0, 0.0);
        for column in 0..columns {
            let labels: Vec<u32> = (0..items).map(|item| u32::from(is_of(item, column))).collect();
            let scores: Vec<f64> = self.y_score.iter().skip(column).step_by(columns).copied().collect();
            let value = score(&labels, &scores, self.weights).map_err(|error| match error {
                // Class 1 of the two is this one.
                MetricError::MissingClass { class: 1, .. } => {
                    MetricError::MissingClass { metric, class: column }
                }
                MetricError::MissingClass { .. } => {
                    MetricError::Undefined { metric, why: "all items are of one class" }
                }
                other => other,
            })?;
            let weight = match average {
                Average::Weighted => checked.sum(|item| f64::from(labels[item])),
                _ => 1.0,
            };
            sum += weight * value;
            all += weight;
        }
        Ok(sum / all)
    }
}
