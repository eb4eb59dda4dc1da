//! Predicted against true numbers, and what is left between them.

use kiln_experiment::{Evaluation, Said, ScoredItems};
use kiln_report::Chart;

use crate::block::{Block, Section};

/// Columns of numbers that are drawn.
const DRAWN: usize = 4;

pub(super) fn numbers(_: &Evaluation, items: &ScoredItems) -> Option<Section> {
    let Said::Numbers { predicted, actual } = &items.said else { return None };
    let names = items.dataset.target.names();
    let width = names.len().max(1);
    let mut section = Section::new("numbers", "Predicted and true");
    for (column, name) in names.iter().enumerate().take(DRAWN) {
        let of =
            |numbers: &[f64]| -> Vec<f64> { numbers.iter().skip(column).step_by(width).copied().collect() };
        let (predicted, actual) = (of(predicted), of(actual));
        let pairs = || actual.iter().copied().zip(predicted.iter().copied());
        let low = pairs().flat_map(|(a, p)| [a, p]).fold(f64::INFINITY, f64::min);
        let high = pairs().flat_map(|(a, p)| [a, p]).fold(f64::NEG_INFINITY, f64::max);
        let chart = Chart::new(format!("{name}: predicted by true"), format!("true {name}"), "predicted")
            .scatter("items", pairs().collect())
            .series("equal", vec![(low, low), (high, high)]);
        let left = pairs().map(|(actual, predicted)| (predicted, actual - predicted)).collect();
        let residuals =
            Chart::new(format!("{name}: residuals"), format!("predicted {name}"), "true − predicted")
                .scatter("items", left)
                .series("zero", vec![(low, 0.0), (high, 0.0)]);
        section = section.with_charts([chart, residuals]);
    }
    if names.len() > DRAWN {
        section = section.with(Block::Text(format!("The first {DRAWN} of {} columns.", names.len())));
    }
    section.unless_empty()
}
