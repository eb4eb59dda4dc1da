//! Curves of losses and metrics over the epochs.

use std::path::PathBuf;

use kiln_core::EpochRecord;
use kiln_experiment::ExperimentError;
use kiln_experiment::run::{RunRecord, read_epochs};
use kiln_report::{Chart, human};

use crate::block::{Block, Section};
use crate::report::short_name;

/// Metrics that are drawn, beside the loss.
const METRICS: usize = 4;
/// Runs whose curves are drawn.
const RUNS: usize = 6;

/// The curves of one run, or those of several in one chart a metric.
pub(crate) fn training(runs: &[PathBuf]) -> Result<Option<Section>, ExperimentError> {
    let mut read = Vec::new();
    for run in runs.iter().take(RUNS) {
        read.push((short_name(run), read_epochs(run)?, RunRecord::read(run)?.best_epoch));
    }
    if read.iter().all(|(_, epochs, _)| epochs.len() < 2) {
        return Ok(None);
    }
    let charts = match &read[..] {
        [(_, epochs, best)] => of_one(epochs, *best),
        several => of_several(several),
    };
    let mut section = Section::new("training", "Training").with_charts(charts);
    if runs.len() > RUNS {
        section = section.with(Block::Text(format!("Curves of the first {RUNS} runs of {}.", runs.len())));
    }
    Ok(Some(section))
}

fn of_one(epochs: &[EpochRecord], best: Option<u64>) -> Vec<Chart> {
    let marked = |chart: Chart| match best {
        Some(epoch) => chart.mark(epoch as f64, format!("best: {epoch}")),
        None => chart,
    };
    let mut charts = Vec::new();
    let both = [
        ("training", curve(epochs, |epoch| epoch.train.get("loss"))),
        ("validation", curve(epochs, |epoch| epoch.validation.as_ref()?.get("loss"))),
    ];
    let mut chart = marked(Chart::new("Loss", "epoch", "loss"));
    for (name, points) in both {
        if !points.is_empty() {
            chart = chart.series(name, points);
        }
    }
    charts.push(chart);
    for metric in metrics(epochs).into_iter().take(METRICS) {
        let points = curve(epochs, |epoch| epoch.validation.as_ref()?.get(&metric));
        let title = format!("Validation: {}", human::heading(&metric));
        charts.push(marked(Chart::new(title, "epoch", human::heading(&metric)).series("validation", points)));
    }
    charts.push(
        Chart::new("Learning rate", "epoch", "learning rate")
            .series("rate", curve(epochs, |epoch| Some(epoch.lr))),
    );
    charts
}

fn of_several(runs: &[(String, Vec<EpochRecord>, Option<u64>)]) -> Vec<Chart> {
    let with = |title: String, y: &str, of: &dyn Fn(&EpochRecord) -> Option<f64>| {
        let chart = Chart::new(title, "epoch", y);
        runs.iter().fold(chart, |chart, (name, epochs, _)| {
            let points = curve(epochs, of);
            if points.is_empty() { chart } else { chart.series(name.clone(), points) }
        })
    };
    let first = runs.first().map(|(_, epochs, _)| metrics(epochs)).unwrap_or_default();
    let mut charts = vec![with("Training loss".to_owned(), "loss", &|epoch| epoch.train.get("loss"))];
    for metric in std::iter::once("loss".to_owned()).chain(first.into_iter().take(METRICS)) {
        let title = format!("Validation: {}", human::heading(&metric));
        charts.push(with(title, &human::heading(&metric), &|epoch| epoch.validation.as_ref()?.get(&metric)));
    }
    charts.retain(|chart| !chart.series.is_empty());
    charts
}

/// The metrics of the validation part beside its loss, in their order.
fn metrics(epochs: &[EpochRecord]) -> Vec<String> {
    let validation = epochs.first().and_then(|epoch| epoch.validation.as_ref());
    let names = validation.into_iter().flat_map(|metrics| metrics.iter()).map(|(name, _)| name.to_owned());
    names.filter(|name| name != "loss").collect()
}

fn curve(epochs: &[EpochRecord], of: impl Fn(&EpochRecord) -> Option<f64>) -> Vec<(f64, f64)> {
    epochs.iter().filter_map(|epoch| Some((epoch.epoch as f64, of(epoch)?))).collect()
}
