//! Several cross-validations side by side: their scores with intervals, and what the folds allow to conclude.

use std::path::PathBuf;

use kiln_experiment::cv::{CvComparison, compare_folds};
use kiln_experiment::{ExperimentError, Session};
use kiln_report::{Chart, human};
use kiln_validate::statistics::Verdict;

use super::folds::{records, summaries};
use crate::block::{Block, Section, Table};
use crate::differences::{config, differing, each, settings};
use crate::report::{name, short_name};

/// Metrics that are drawn.
const METRICS: usize = 4;
/// Cross-validations that are drawn.
const DRAWN: usize = 6;

pub(crate) fn folds_together(runs: &[PathBuf], session: &Session) -> Result<Vec<Section>, ExperimentError> {
    let names: Vec<String> = runs.iter().map(|run| name(run)).collect();
    let mut found = Vec::new();
    for run in runs {
        found.push(summaries(run, &records(run)?)?);
    }
    let mut metrics: Vec<String> = Vec::new();
    for summary in found.iter().flatten().flat_map(|summaries| &summaries.0) {
        if !metrics.contains(&summary.name) {
            metrics.push(summary.name.clone());
        }
    }
    let head: Vec<&str> = std::iter::once("metric").chain(names.iter().map(String::as_str)).collect();
    let caption =
        "Means over the folds, with the 95 % interval corrected for the training items that folds share";
    let mut scores = Table::new(caption, &head);
    for metric in &metrics {
        let cell = |summaries: &Option<kiln_experiment::Summaries>| {
            let Some(found) = summaries.as_ref().and_then(|summaries| summaries.get(metric)) else {
                return "–".to_owned();
            };
            let [low, high] = found.summary.interval.map(human::metric);
            format!("{} ({low} to {high})", human::metric(found.summary.mean))
        };
        scores.row(std::iter::once(human::heading(metric)).chain(found.iter().map(cell)));
    }
    let charts = metrics.iter().take(METRICS).map(|metric| {
        let title = format!("Test {} of each fold", human::heading(metric));
        let chart = Chart::new(title, "fold", human::heading(metric)).unit(human::unit(metric));
        runs.iter().zip(&found).take(DRAWN).fold(chart, |chart, (run, summaries)| {
            let Some(found) = summaries.as_ref().and_then(|summaries| summaries.get(metric)) else {
                return chart;
            };
            let points = found.values.iter().enumerate().map(|(fold, value)| ((fold + 1) as f64, *value));
            chart.series(short_name(run), points.collect())
        })
    });
    let charts: Vec<Chart> = charts.filter(|chart| !chart.series.is_empty()).collect();
    let mut sections = vec![
        Section::new("scores", "Scores over the folds").with_any(scores.block()).with_charts(charts),
        conclusions(runs, &names, session),
    ];
    let settings = each(runs, |run| Ok(settings(&config(run)?)))?;
    let head: Vec<&str> = std::iter::once("setting").chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new("Settings in which they differ", &head);
    for difference in differing(&settings) {
        let values = difference.values.into_iter().map(|value| value.unwrap_or_else(|| "–".to_owned()));
        table.row(std::iter::once(difference.name).chain(values));
    }
    sections.push(Section::new("differences", "Differences").with_any(table.block()));
    Ok(sections.into_iter().filter_map(Section::unless_empty).collect())
}

/// Whether each is better than the first, fold by fold.
fn conclusions(runs: &[PathBuf], names: &[String], session: &Session) -> Section {
    let mut table = Table::new(
        format!("Each against {}, by the corrected t-test over the folds", names[0]),
        &["cross-validation", "metric", "difference", "interval", "p", "conclusion"],
    );
    let mut others = Vec::new();
    for (run, name) in runs.iter().zip(names).skip(1) {
        let found = match compare_folds([&runs[0], run], session) {
            Ok(CvComparison::SameFolds(found)) => found,
            Ok(CvComparison::NoMetric) => continue,
            Ok(CvComparison::OtherFolds) => {
                others.push(format!(
                    "{name} was not measured on the same folds, and cannot be compared fold by fold."
                ));
                continue;
            }
            Err(error) => {
                others.push(format!("{name} could not be compared fold by fold: {}", error.one_line()));
                continue;
            }
        };
        let result = &found.comparison;
        let [low, high] = result.interval.map(human::metric);
        let verdict = match result.verdict {
            Verdict::ABetter => "the first is better",
            Verdict::BBetter => "it is better than the first",
            Verdict::Equivalent => "both do equally well",
            Verdict::Undecided => "it cannot be concluded which is better",
        };
        table.row([
            name.clone(),
            human::heading(&found.metric),
            human::metric(result.difference),
            format!("{low} to {high}"),
            human::metric(result.test.p_value),
            verdict.to_owned(),
        ]);
    }
    let section = Section::new("conclusions", "What the folds allow to conclude").with_any(table.block());
    others.into_iter().fold(section, |section, text| section.with(Block::Text(text)))
}
