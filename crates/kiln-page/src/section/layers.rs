//! The weights of each layer.

use std::path::Path;

use kiln_experiment::run::RunRecord;
use kiln_experiment::{Activity, ExperimentError, LayerActivity, Observer, Session, activity, best_tensors};
use kiln_report::human;

use crate::block::{Block, Section, Table};

/// Tensors that are listed.
const LISTED: usize = 60;

/// A row for each tensor of the kept weights.
pub(crate) fn layers(
    run: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Option<Section>, ExperimentError> {
    // What is wrong with checkpoints stands where the weights are measured.
    let Ok(weights) = best_tensors(run, observer) else { return Ok(None) };
    let record = RunRecord::read(run)?;
    let head = ["tensor", "shape", "mean", "deviation", "smallest", "largest", "zeros"];
    let mut table = Table::new("The kept weights", &head);
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
    // Where the data are not to be had, that stands where the weights are measured.
    if let Ok(found) = activity(run, session, observer) {
        section = units(section, &found);
    }
    for (layer, units) in record.zero_outputs.iter() {
        section =
            section.with(Block::Text(format!("{layer}: {units} outputs have no weight that is not zero.")));
    }
    Ok(section.unless_empty())
}

/// What the units of hidden layers give.
fn units(section: Section, found: &Activity) -> Section {
    let items = match found.items {
        items if items == found.all => format!("all {} items", human::count(items as u64)),
        items => format!("{} of {} items", human::count(items as u64), human::count(found.all as u64)),
    };
    let caption =
        format!("Units of the hidden layers, measured on {items} of the {} part", found.part.name());
    let mut table = Table::new(caption, &["layer", "units", "never active", "outputs that are 0"]);
    for LayerActivity { path, units, dead, zeros, .. } in found.layers.iter().take(LISTED) {
        let share = match *dead {
            0 => "0".to_owned(),
            dead => format!("{} ({:.1} %)", human::count(dead as u64), 100.0 * dead as f64 / *units as f64),
        };
        table.row([path.clone(), human::count(*units as u64), share, format!("{:.1} %", 100.0 * zeros)]);
    }
    let dead: usize = found.layers.iter().map(|layer| layer.dead).sum();
    let word = (dead > 0).then(|| {
        Block::Text(format!(
            "{} units give exactly 0 for every item that was looked at: they add nothing to what is predicted of such items.",
            human::count(dead as u64)
        ))
    });
    let any = !found.layers.is_empty();
    let section = section.with_any(table.block());
    if any { section.with_any(word) } else { section }
}
