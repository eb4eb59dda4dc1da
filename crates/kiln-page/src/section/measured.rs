//! What the kept weights say of items that training did not look at.

use std::path::Path;

use kiln_core::{ErrorKind, Explain};
use kiln_experiment::run::RunRecord;
use kiln_experiment::{EvaluateSettings, ExperimentError, Observer, Part, Said, Session, evaluate_items};
use kiln_report::human;

use super::{classes, labels, numbers, wrong};
use crate::block::{Block, Section, Table};
use crate::differences::config;

/// The sections that need the data: none but a sentence where these cannot be read.
pub(crate) fn measured(
    run: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Vec<Section>, ExperimentError> {
    // A language model has no items: what it scored on the test part stands in the summary.
    if config(run)?.data.source == "corpus" {
        return Ok(Vec::new());
    }
    let record = RunRecord::read(run)?;
    let items = |of: fn(&kiln_experiment::run::DataRecord) -> u64| record.data.as_ref().map_or(0, of);
    let part = match (items(|data| data.test), items(|data| data.validation)) {
        (0, 0) => Part::Train,
        (0, _) if record.refit.is_none() => Part::Validation,
        _ => Part::Test,
    };
    let mut settings = EvaluateSettings::new(session.clone());
    settings.part = Some(part);
    let (found, items) = match evaluate_items(run, &settings, observer) {
        Ok(found) => found,
        // The rest of the page needs no data, nor whole weights.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::Data | ErrorKind::Io | ErrorKind::Checkpoint | ErrorKind::Usage
            ) =>
        {
            let help = error.help().map(|help| format!(" ({help})")).unwrap_or_default();
            let text = format!("The weights could not be measured: {}{help}", error.one_line());
            return Ok(vec![Section::new("measured", "Measured").with(Block::Text(text))]);
        }
        Err(error) => return Err(error),
    };
    let heading = format!("Measured on the {} part", part.name());
    let mut scores = Table::new(format!("{} items", human::count(found.items as u64)), &["metric", "value"]);
    for (metric, value) in found.metrics.iter() {
        scores.row([human::heading(metric), human::metric(value)]);
    }
    let interval = found.accuracy_interval.map(|[low, high]| {
        Block::Text(format!(
            "95 % interval of the accuracy (Wilson): {} to {}, for items that are drawn independently.",
            human::metric(low),
            human::metric(high)
        ))
    });
    let passed_over = found
        .passed_over
        .iter()
        .map(|error| Block::Text(format!("An older checkpoint was measured: {error}")));
    let mut first = Section::new("measured", heading).with_any(scores.block()).with_any(interval);
    first.blocks.extend(passed_over);
    let mut sections = vec![first];
    match &items.said {
        Said::Classes { .. } => sections.extend(classes::classes(&found, &items)),
        Said::Labels { .. } => sections.extend(labels::labels(run, &items)),
        Said::Numbers { .. } => sections.extend(numbers::numbers(&found, &items)),
        _ => {}
    }
    sections.extend(wrong::wrong(&found, &items));
    Ok(sections)
}
