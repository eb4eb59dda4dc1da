//! How far predictions are off, item by item.

use std::str::FromStr;

use kiln_data::{Dataset, Fitted};
use serde::{Deserialize, Serialize};

use crate::error::ImportanceError;
use crate::predict::Predictor;

/// What tells how good predictions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImportanceMetric {
    /// The mean of −ln p of the class: importance is how much it grows.
    LogLoss,
    /// The share of classes that are right: importance is how much it falls.
    Accuracy,
    /// R², the mean of the target columns: importance is how much it falls.
    R2,
    /// The mean squared error: importance is how much it grows.
    Mse,
    /// The mean absolute error: importance is how much it grows.
    Mae,
}

/// The metrics with their names.
const ALL: [(ImportanceMetric, &str); 5] = [
    (ImportanceMetric::LogLoss, "log_loss"),
    (ImportanceMetric::Accuracy, "accuracy"),
    (ImportanceMetric::R2, "r2"),
    (ImportanceMetric::Mse, "mse"),
    (ImportanceMetric::Mae, "mae"),
];

impl ImportanceMetric {
    /// What it is called.
    pub fn name(self) -> &'static str {
        ALL.iter().find(|(metric, _)| *metric == self).map_or("", |(_, name)| name)
    }

    /// The metric of the settings, or the usual one, if it is for the target.
    pub(super) fn of(asked: Option<Self>, fitted: &Fitted) -> Result<Self, ImportanceError> {
        let classes = fitted.class_names().is_some();
        let metric = asked.unwrap_or(if classes { Self::LogLoss } else { Self::R2 });
        match (metric, classes) {
            (Self::LogLoss | Self::Accuracy, true) | (Self::R2 | Self::Mse | Self::Mae, false) => Ok(metric),
            _ => Err(ImportanceError::Metric { metric: metric.name(), classes }),
        }
    }

    /// The score of a mean loss.
    pub(super) fn score(self, loss: f64) -> f64 {
        if matches!(self, Self::Accuracy | Self::R2) { 1.0 - loss } else { loss }
    }
}

impl FromStr for ImportanceMetric {
    type Err = ImportanceError;

    fn from_str(name: &str) -> Result<Self, ImportanceError> {
        let found = ALL.iter().find(|(_, known)| *known == name);
        found.map(|(metric, _)| *metric).ok_or_else(|| ImportanceError::NoMetric { name: name.to_owned() })
    }
}

/// What is true of items, and how losses follow from outputs.
pub(super) struct Losses<'a> {
    metric: ImportanceMetric,
    predictor: &'a Predictor,
    /// The class of each item, or its numbers.
    labels: Vec<u32>,
    actual: Vec<f64>,
    /// What squared errors are divided by so that their mean is 1 − R².
    spread: Vec<f64>,
}

impl<'a> Losses<'a> {
    pub(super) fn new(
        metric: ImportanceMetric,
        predictor: &'a Predictor,
        dataset: &Dataset,
        rows: &[usize],
        weights: Option<&[f64]>,
    ) -> Self {
        let labels = dataset.target.labels().unwrap_or_default();
        let labels: Vec<u32> = rows.iter().filter_map(|row| labels.get(*row).copied()).collect();
        let actual: Vec<f64> = match labels.is_empty() {
            true => rows.iter().flat_map(|row| dataset.target.numbers(*row)).collect(),
            false => Vec::new(),
        };
        let columns = dataset.target.names().len().max(1);
        let weight = |item: usize| weights.map_or(1.0, |weights| weights[item]);
        let total: f64 = (0..rows.len()).map(weight).sum();
        let spread = (0..columns).map(|column| {
            let cells = || actual.iter().skip(column).step_by(columns).enumerate();
            let mean = cells().map(|(item, cell)| weight(item) * cell).sum::<f64>() / total;
            cells().map(|(item, cell)| weight(item) * (cell - mean).powi(2)).sum::<f64>() / total
        });
        let spread = spread.collect();
        Self { metric, predictor, labels, actual, spread }
    }

    /// The loss of each item, from the raw outputs of all.
    pub(super) fn of(&self, outputs: &[f64]) -> Vec<f64> {
        let width = self.predictor.width();
        let items = outputs.chunks(width).enumerate();
        match self.metric {
            ImportanceMetric::LogLoss => {
                items.map(|(item, of)| self.log_loss(of, self.labels[item])).collect()
            }
            ImportanceMetric::Accuracy => {
                let decision = self.predictor.decision;
                let wrong = |(item, of): (usize, &[f64])| {
                    decision.class(&decision.probabilities(of)) != self.labels[item] as usize
                };
                items.map(|item| f64::from(u8::from(wrong(item)))).collect()
            }
            metric => {
                let of_item = |(item, of): (usize, &[f64])| {
                    let off = |(column, output): (usize, &f64)| {
                        let off = output - self.actual[item * width + column];
                        match metric {
                            ImportanceMetric::Mae => off.abs(),
                            ImportanceMetric::R2 => off * off / self.spread[column],
                            _ => off * off,
                        }
                    };
                    of.iter().enumerate().map(off).sum::<f64>() / width as f64
                };
                items.map(of_item).collect()
            }
        }
    }

    /// −ln p, from logits, which say more of small probabilities than these do.
    fn log_loss(&self, logits: &[f64], label: u32) -> f64 {
        let temperature = self.predictor.decision.temperature;
        let mut scaled: Vec<f64> = logits.iter().map(|logit| logit / temperature).collect();
        if scaled.len() == 1 {
            scaled.insert(0, 0.0);
        }
        let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scaled.iter().map(|logit| (logit - largest).exp()).sum();
        sum.ln() + largest - scaled[label as usize]
    }
}
