//! Paths and curves that have not come to their end: what has been measured so far.

use std::path::PathBuf;

use kiln_experiment::{ExperimentError, Progress, ProgressStep};
use kiln_report::{Chart, human};

use super::configuration::configuration_in;
use crate::block::{Block, Section, Table};
use crate::differences::beside;
use crate::figure::STRENGTH;
use crate::report::short_name;

/// Steps that are listed.
const LISTED: usize = 20;
/// Series that are drawn.
const SERIES: usize = 6;

/// The page of what is in these folders, each a path or a curve.
pub(crate) fn progress(folders: &[PathBuf]) -> Result<Vec<Section>, ExperimentError> {
    let mut found = Vec::new();
    for folder in folders {
        found.extend(Progress::read(folder)?.map(|progress| (short_name(folder), progress)));
    }
    let mut section = Section::new("progress", "So far").with_charts(chart(&found));
    for (name, progress) in &found {
        let of = if found.len() > 1 { format!("{name}: ") } else { String::new() };
        section = section.with(table(&of, progress));
    }
    let mut sections = vec![section];
    if let [folder] = folders {
        sections.extend(configuration_in(&beside(folder))?);
    }
    Ok(sections)
}

fn is_path(progress: &Progress) -> bool {
    progress.kind == "path"
}

/// A step that has a place and a score.
fn point(step: &ProgressStep) -> Option<(f64, f64)> {
    Some((step.x?, step.score?))
}

/// The scores by their places, where these are numbers and the metric is one.
fn chart(found: &[(String, Progress)]) -> Option<Chart> {
    let steps = || found.iter().flat_map(|(_, progress)| &progress.steps);
    let metric = steps().find(|step| point(step).is_some())?.metric.clone()?;
    let same = steps().filter(|step| point(step).is_some()).all(|step| step.metric.as_ref() == Some(&metric));
    let paths = found.iter().all(|(_, progress)| is_path(progress));
    if !same || !(paths || found.iter().all(|(_, progress)| !is_path(progress))) {
        return None;
    }
    let x = if paths { STRENGTH } else { "training items, or the setting" };
    let y = human::heading(&metric);
    let mut chart = Chart::new(format!("{y} of what has ended"), x, y).unit(human::unit(&metric));
    if paths || is_wide(steps().filter_map(|step| step.x)) {
        chart = chart.log_x();
    }
    match found {
        [(_, progress)] if paths => {
            for (name, steps) in folds(progress).into_iter().take(SERIES) {
                chart = chart.series(name, sorted(steps.into_iter().filter_map(point)));
            }
        }
        [(_, progress)] => {
            let points: Vec<(f64, f64)> = progress.steps.iter().filter_map(point).collect();
            chart = chart.series("mean", means(&points)).scatter("fold", points);
        }
        several => {
            for (name, progress) in several.iter().take(SERIES) {
                let points: Vec<(f64, f64)> = progress.steps.iter().filter_map(point).collect();
                if !points.is_empty() {
                    chart = chart.series(name.as_str(), means(&points));
                }
            }
        }
    }
    Some(chart)
}

/// Whether positive numbers lie so far apart that a linear axis hides most of them.
fn is_wide(numbers: impl Iterator<Item = f64>) -> bool {
    let (low, high) =
        numbers.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), x| (low.min(x), high.max(x)));
    low > 0.0 && high >= 100.0 * low
}

/// The steps of each fold, and those of all training items.
fn folds(progress: &Progress) -> Vec<(String, Vec<&ProgressStep>)> {
    let mut folds: Vec<(String, Vec<&ProgressStep>)> = Vec::new();
    for step in &progress.steps {
        let name = step.fold.map_or_else(|| "all items".to_owned(), |[fold, _]| format!("fold {}", fold + 1));
        match folds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, steps)) => steps.push(step),
            None => folds.push((name, vec![step])),
        }
    }
    folds.retain(|(_, steps)| steps.iter().any(|step| point(step).is_some()));
    folds
}

fn sorted(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = points.collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// The mean at each place, rising.
fn means(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let sorted = sorted(points.iter().copied());
    let mean =
        |group: &[(f64, f64)]| (group[0].0, group.iter().map(|(_, y)| y).sum::<f64>() / group.len() as f64);
    sorted.chunk_by(|a, b| a.0 == b.0).map(mean).collect()
}

fn table(of: &str, progress: &Progress) -> Block {
    let steps = &progress.steps;
    if steps.is_empty() {
        return Block::Text(format!("{of}no training has ended yet."));
    }
    let count = human::count(steps.len() as u64);
    let caption = match steps.len() {
        few if few <= LISTED => format!("{of}{count} ended, the newest first"),
        _ => format!("{of}the newest {LISTED} of {count} that have ended"),
    };
    let mut table = Table::new(caption, &["training", "fold", "metric", "value", "not zero", "time"]);
    for step in steps.iter().rev().take(LISTED) {
        let fold = step.fold.map(|[fold, of]| format!("{} of {of}", fold + 1));
        let value = step.score.map(human::metric).or_else(|| step.error.clone());
        table.row([
            step.what.clone(),
            fold.unwrap_or_else(|| "all items".to_owned()),
            step.metric.as_deref().map(human::heading).unwrap_or_default(),
            value.unwrap_or_default(),
            step.left.map(|left| human::count(left as u64)).unwrap_or_default(),
            step.seconds.map(human::seconds).unwrap_or_default(),
        ]);
    }
    Block::Table(table)
}
