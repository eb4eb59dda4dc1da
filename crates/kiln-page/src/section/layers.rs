//! The weights of each layer.

use std::path::Path;

use kiln_experiment::run::RunRecord;
use kiln_experiment::{ExperimentError, Observer, best_weights};
use kiln_report::human;

use crate::block::{Block, Section, Table};

/// Tensors that are listed.
const LISTED: usize = 60;

/// A row for each tensor of the kept weights.
pub(crate) fn layers(run: &Path, observer: &dyn Observer) -> Result<Option<Section>, ExperimentError> {
    // What is wrong with checkpoints stands where the weights are measured.
    let Ok(found) = best_weights(run, observer) else { return Ok(None) };
    let record = RunRecord::read(run)?;
    let head = ["tensor", "shape", "mean", "deviation", "smallest", "largest", "zeros"];
    let mut table = Table::new("The kept weights", &head);
    let weights = found.saved.weights;
    for (name, data) in weights.iter().take(LISTED) {
        let numbers: Vec<f64> = data.iter::<f64>().collect();
        let count = numbers.len().max(1) as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let deviation = (numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / count).sqrt();
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let zeros = numbers.iter().filter(|number| **number == 0.0).count();
        let shape: Vec<String> = data.shape().iter().map(ToString::to_string).collect();
        let shares = [mean, deviation, low, high].map(human::metric);
        let zeros =
            if zeros == 0 { "0".to_owned() } else { format!("{:.1} %", 100.0 * zeros as f64 / count) };
        table.row([name.to_owned(), shape.join(" × ")].into_iter().chain(shares).chain([zeros]));
    }
    let mut section = Section::new("layers", "Layers").with_any(table.block());
    if weights.len() > LISTED {
        section = section.with(Block::Text(format!("The first {LISTED} of {} tensors.", weights.len())));
    }
    for (layer, units) in record.zero_outputs.iter() {
        section =
            section.with(Block::Text(format!("{layer}: {units} outputs have no weight that is not zero.")));
    }
    Ok(section.unless_empty())
}
