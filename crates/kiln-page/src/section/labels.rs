//! How well each label is found.

use std::path::Path;

use kiln_experiment::{Said, ScoredItems};
use kiln_metrics::{average_precision_score, roc_auc_score};
use kiln_report::human;

use crate::block::{Section, Table};

pub(super) fn labels(_: &Path, items: &ScoredItems) -> Option<Section> {
    let Said::Labels { logits, actual } = &items.said else { return None };
    let names = items.dataset.target.names();
    let width = names.len().max(1);
    let mut table = Table::new(
        "Each label at a probability of 0.5",
        &["label", "precision", "recall", "ROC AUC", "average precision", "items"],
    );
    for (label, name) in names.iter().enumerate() {
        let scores: Vec<f64> = logits.iter().skip(label).step_by(width).copied().collect();
        let is: Vec<u32> =
            actual.iter().skip(label).step_by(width).map(|actual| u32::from(*actual > 0.5)).collect();
        let count = |predicted: bool, truth: u32| {
            scores
                .iter()
                .zip(&is)
                .filter(|(score, is)| (**score >= 0.0) == predicted && **is == truth)
                .count() as f64
        };
        let (hits, false_hits, missed) = (count(true, 1), count(true, 0), count(false, 1));
        // Not defined where nothing was found, or nothing is there.
        let share = |part: f64, all: f64| if all > 0.0 { human::metric(part / all) } else { String::new() };
        let weights = items.weights.as_deref();
        let score =
            |score: Result<f64, kiln_metrics::MetricError>| score.map(human::metric).unwrap_or_default();
        table.row([
            name.clone(),
            share(hits, hits + false_hits),
            share(hits, hits + missed),
            score(roc_auc_score(&is, &scores, weights)),
            score(average_precision_score(&is, &scores, weights)),
            human::count((hits + missed) as u64),
        ]);
    }
    Section::new("labels", "Labels").with_any(table.block()).unless_empty()
}
