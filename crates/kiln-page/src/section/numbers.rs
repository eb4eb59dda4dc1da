//! Predicted against true numbers, and what is left between them.

use kiln_experiment::{Evaluation, Said, ScoredItems};
use kiln_report::{Chart, human};

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
        // Of a single item there is none.
        let explained = kiln_metrics::r2_score(&actual, &predicted, None).ok().filter(|r2| r2.is_finite());
        let explained = explained.map(|r2| format!(", r2 {}", human::metric(r2))).unwrap_or_default();
        let title = format!("{name}: predicted by true{explained}");
        let chart = Chart::new(title, format!("true {name}"), format!("predicted {name}"))
            .scatter("items", pairs().collect())
            .series("equal", vec![(low, low), (high, high)]);
        let left: Vec<(f64, f64)> =
            pairs().map(|(actual, predicted)| (predicted, actual - predicted)).collect();
        let size = (left.iter().map(|(_, left)| left.powi(2)).sum::<f64>() / left.len().max(1) as f64).sqrt();
        let title = format!("{name}: residuals, {} in the root of the mean square", human::metric(size));
        let residuals = Chart::new(title, format!("predicted {name}"), "true − predicted")
            .unit(format!("as {name}"))
            .scatter("items", left)
            .series("zero", vec![(low, 0.0), (high, 0.0)]);
        section = section.with_charts([chart, residuals]);
    }
    if names.len() > DRAWN {
        section = section.with(Block::Text(format!("The first {DRAWN} of {} columns.", names.len())));
    }
    section.unless_empty()
}
