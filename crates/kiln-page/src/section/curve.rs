//! A learning or a validation curve: scores in training and in the test, with their intervals.

use std::path::{Path, PathBuf};

use kiln_experiment::ExperimentError;
use kiln_experiment::curve::{CurveAxis, CurveReport};
use kiln_report::{Chart, human};
use kiln_validate::statistics::Summary;

use super::configuration::configuration_in;
use crate::block::{Block, Section, Table};
use crate::differences::beside;
use crate::figure;
use crate::report::{name, short_name};

/// Curves that are drawn together.
const CURVES: usize = 6;

pub(crate) fn curve(folder: &Path) -> Result<Vec<Section>, ExperimentError> {
    let found = CurveReport::read(folder)?;
    let metric = human::heading(&found.metric);
    let head = [
        found.x.as_str(),
        &format!("{metric} in training"),
        "interval",
        &format!("{metric} in the test"),
        "interval",
        "time",
    ];
    let caption = format!(
        "Means of {} folds; the 95 % interval is corrected for the training items that folds share (Nadeau and Bengio 2003)",
        found.folds
    );
    let mut table = Table::new(caption, &head);
    for point in &found.points {
        let seconds: f64 = point.curve.results.iter().map(|fold| fold.seconds).sum();
        let mut row = vec![point.label.clone()];
        match point.scores(&found.metric) {
            Some(scores) => {
                row.extend(scores.iter().flat_map(|score| [human::metric(score.mean), interval(score)]))
            }
            None => row.extend(["diverged", "", "", ""].map(str::to_owned)),
        }
        row.push(human::seconds(seconds));
        table.row(row);
    }
    let mut first =
        Section::new("curve", "The curve").with_charts([figure::curve(&found)]).with_any(table.block());
    if found.axis != CurveAxis::Items
        && let Some(best) = found.best()
    {
        first = first.with(Block::Text(format!(
            "Best at {} = {}. Its score is too good: the items that judge it also picked it.",
            found.x, best.label
        )));
    }
    let mut sections = vec![first];
    sections.extend(configuration_in(&beside(folder))?);
    Ok(sections)
}

fn interval(summary: &Summary) -> String {
    let [low, high] = summary.interval.map(human::metric);
    format!("{low} to {high}")
}

/// The test scores of several curves, in one chart where they have the same axes.
pub(crate) fn curves(folders: &[PathBuf]) -> Result<Vec<Section>, ExperimentError> {
    let found: Vec<CurveReport> =
        folders.iter().map(|folder| CurveReport::read(folder)).collect::<Result<_, _>>()?;
    let mut table = Table::new(
        "The last and the best point of each curve",
        &["curve", "metric", "axis", "last", "in the test", "best", "in the test"],
    );
    for (folder, found) in folders.iter().zip(&found) {
        let score = |point: Option<&kiln_experiment::curve::CurveValue>| {
            let scored = point.and_then(|point| Some((point, point.scores(&found.metric)?)));
            scored.map_or_else(
                || ["diverged".to_owned(), String::new()],
                |(point, [_, test])| {
                    [point.label.clone(), format!("{} ({})", human::metric(test.mean), interval(&test))]
                },
            )
        };
        let ends = score(found.points.last()).into_iter().chain(score(found.best()));
        table.row([name(folder), human::heading(&found.metric), found.x.clone()].into_iter().chain(ends));
    }
    let mut section = Section::new("scores", "Scores").with_any(table.block());
    let axes = |found: &CurveReport| (found.x.clone(), found.metric.clone(), found.log_x);
    let same = found.windows(2).all(|pair| axes(&pair[0]) == axes(&pair[1]));
    if let Some(first) = found.first().filter(|first| same && first.axis != CurveAxis::Choices) {
        let heading = human::heading(&first.metric);
        let title = format!("Test {heading} of {} curves", found.len());
        let chart = Chart::new(title, first.x.as_str(), heading).unit(human::unit(&first.metric));
        let chart = if first.log_x { chart.log_x() } else { chart };
        let chart = folders.iter().zip(&found).take(CURVES).fold(chart, |chart, (folder, found)| {
            let scored =
                || found.points.iter().filter_map(|point| Some((point.x, point.scores(&found.metric)?[1])));
            let points: Vec<(f64, f64)> = scored().map(|(x, score)| (x, score.mean)).collect();
            if points.is_empty() {
                return chart;
            }
            let band = scored().map(|(x, score)| (x, score.interval[0], score.interval[1]));
            chart.series(short_name(folder), points).band(band.collect())
        });
        section = section.with_charts([chart]);
    }
    Ok(vec![section])
}
