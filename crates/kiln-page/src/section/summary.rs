//! What was trained, and how it ended.

use std::path::Path;

use kiln_experiment::ExperimentError;
use kiln_experiment::run::RunRecord;
use kiln_report::human;

use crate::block::{Block, Section, Table};
use crate::differences::config;

/// When a run was made, and by what.
pub(crate) fn when(run: &Path) -> Result<String, ExperimentError> {
    let record = RunRecord::read(run)?;
    let data = record.data.map(|data| format!("{}, ", data.name)).unwrap_or_default();
    Ok(format!("{data}{}, begun {}, kiln {}", record.status, record.started, record.kiln))
}

/// The record of a run in words.
pub(crate) fn summary(run: &Path) -> Result<Section, ExperimentError> {
    let record = RunRecord::read(run)?;
    let mut facts = Table::new("The run", &[]);
    facts.row([
        "command",
        &format!(
            "kiln {}",
            record.arguments.iter().map(|word| human::shell_word(word)).collect::<Vec<_>>().join(" ")
        ),
    ]);
    if let Some(data) = &record.data {
        facts.row(["data", &data.name]);
        let parts = [("training", data.train), ("validation", data.validation), ("test", data.test)];
        let parts = parts.map(|(part, items)| format!("{} {part}", human::count(items)));
        // A language model has one text, whose tokens are counted.
        let is_text = config(run).is_ok_and(|config| config.data.source == "corpus");
        facts.row([if is_text { "tokens" } else { "items" }, &parts.join(", ")]);
    }
    if let Some(parameters) = record.parameters {
        facts.row(["trainable parameters", &human::count(parameters)]);
    }
    facts.row(["device", &record.device]);
    facts.row(["seed", &record.seed.to_string()]);
    if let Some(seconds) = record.seconds {
        facts.row(["training time", &human::seconds(seconds)]);
    }
    if let Some(bytes) = record.peak_rss_bytes {
        facts.row(["most memory", &human::bytes(bytes)]);
    }
    if let Some(stop) = &record.stop {
        facts.row(["ended", stop]);
    }
    if let Some(epoch) = record.best_epoch {
        facts.row(["best epoch", &epoch.to_string()]);
    }
    if let Some(refit) = record.refit {
        facts.row([
            "fitted again to",
            &format!("{} items, those of the validation part among them", human::count(refit)),
        ]);
    }
    let mut scores = Table::new("Scores of the kept weights", &["metric", "validation", "test"]);
    let cell = |value: Option<f64>| value.map(human::metric).unwrap_or_default();
    let of_either = record.validation.iter().chain(record.test.iter());
    let mut names: Vec<&str> = Vec::new();
    for (metric, _) in of_either {
        if !names.contains(&metric) {
            names.push(metric);
        }
    }
    for metric in names {
        scores.row([
            human::heading(metric),
            cell(record.validation.get(metric)),
            cell(record.test.get(metric)),
        ]);
    }
    let failed = record.error.map(|error| Block::Text(format!("The run ended with an error: {error}")));
    Ok(Section::new("summary", "Summary").with_any(failed).with_any(scores.block()).with_any(facts.block()))
}
