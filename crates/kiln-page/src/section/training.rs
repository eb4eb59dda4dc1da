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
    // Of a run in progress no epoch is recorded as the best one yet.
    let best = best.or_else(|| {
        epochs.iter().rev().find(|epoch| epoch.best && epoch.validation.is_some()).map(|epoch| epoch.epoch)
    });
    let marked = |chart: Chart| match best {
        Some(epoch) => chart.mark(epoch as f64, format!("best: {epoch}")),
        None => chart,
    };
    let mut charts = Vec::new();
    let both = [
        ("training", curve(epochs, |epoch| epoch.train.get("loss"))),
        ("validation", curve(epochs, |epoch| epoch.validation.as_ref()?.get("loss"))),
    ];
    let title = match both.iter().rev().find(|(_, points)| !points.is_empty()) {
        Some((part, points)) => titled(format!("Loss: {part}"), points, best),
        None => "Loss".to_owned(),
    };
    let mut chart = marked(Chart::new(title, "epoch", "loss"));
    for (name, points) in both {
        if !points.is_empty() {
            chart = chart.series(name, points);
        }
    }
    charts.push(chart);
    for metric in metrics(epochs).into_iter().take(METRICS) {
        let points = curve(epochs, |epoch| epoch.validation.as_ref()?.get(&metric));
        let (heading, unit) = (human::heading(&metric), human::unit(&metric));
        let title = titled(format!("Validation {heading}:"), &points, best);
        charts.push(marked(Chart::new(title, "epoch", heading).unit(unit).series("validation", points)));
    }
    let rates = curve(epochs, |epoch| Some(epoch.lr));
    let most = rates.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    let title = format!("Learning rate: {} at most", human::metric(most));
    charts.push(Chart::new(title, "epoch", "learning rate").series("rate", rates));
    charts
}

/// What a curve has come to: its value in the best epoch, or where there is none in the last.
fn titled(what: String, points: &[(f64, f64)], best: Option<u64>) -> String {
    let at_best = best.and_then(|best| points.iter().find(|(epoch, _)| *epoch == best as f64));
    match (at_best, points.last()) {
        (Some((_, value)), _) => format!("{what} {} in the best epoch", human::metric(*value)),
        (None, Some((epoch, value))) => format!("{what} {} in epoch {epoch}", human::metric(*value)),
        (None, None) => what,
    }
}

fn of_several(runs: &[(String, Vec<EpochRecord>, Option<u64>)]) -> Vec<Chart> {
    let with = |part: &str, metric: &str, of: &dyn Fn(&EpochRecord) -> Option<f64>| {
        let y = human::heading(metric);
        let title = format!("{part} {y} of {} runs", runs.len());
        let chart = Chart::new(title, "epoch", y).unit(human::unit(metric));
        runs.iter().fold(chart, |chart, (name, epochs, _)| {
            let points = curve(epochs, of);
            if points.is_empty() { chart } else { chart.series(name.clone(), points) }
        })
    };
    let first = runs.first().map(|(_, epochs, _)| metrics(epochs)).unwrap_or_default();
    let mut charts = vec![with("Training", "loss", &|epoch| epoch.train.get("loss"))];
    for metric in std::iter::once("loss".to_owned()).chain(first.into_iter().take(METRICS)) {
        charts.push(with("Validation", &metric, &|epoch| epoch.validation.as_ref()?.get(&metric)));
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
