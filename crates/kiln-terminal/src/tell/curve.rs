//! What is said of a curve: events, a table, a picture.

use std::path::Path;

use kiln_experiment::curve::{CurveAxis, CurveReport};
use kiln_page::figure;
use kiln_report::{Column, Table, human, table};
use kiln_validate::statistics::Summary;

use crate::fields;
use crate::output::{Output, Unwritten};

/// The end: events, or a table, a chart and a sentence.
pub fn whole(curve: &CurveReport, folder: &Path, out: Output) -> Result<(), Unwritten> {
    if out.json {
        for point in &curve.points {
            out.event("curve_point", point.fields())?;
        }
        return out.event(
            "curve",
            fields! {
                kind: curve.axis.name(), x: curve.x, metric: curve.metric, folds: curve.folds,
                best: curve.best().map(|best| best.label.clone()), run_dir: folder.display().to_string(),
            },
        );
    }
    let chart = figure::curve(curve).to_text(80, 12);
    let rows = rows(curve).render(table::colour(&std::io::stdout()));
    out.data(&format!("{chart}\n{rows}\n{}\n", sentence(curve)))?;
    out.say(&format!("\nIn {}: curve.svg, and curve.json with every fold", folder.display()));
    Ok(())
}

fn rows(curve: &CurveReport) -> Table {
    let metric = &curve.metric;
    let mut rows = Table::new([
        Column::right(curve.x.as_str()),
        Column::right(format!("{metric} in training")),
        Column::right("95 %"),
        Column::right(format!("{metric} in the test")),
        Column::right("95 %"),
        Column::right("time"),
    ]);
    for point in &curve.points {
        let seconds: f64 = point.curve.results.iter().map(|fold| fold.seconds).sum();
        let mut row = vec![point.label.clone()];
        match point.scores(metric) {
            Some(scores) => {
                row.extend(scores.iter().flat_map(|score| [human::metric(score.mean), interval(score)]))
            }
            None => row.extend(["diverged", "", "", ""].map(str::to_owned)),
        }
        row.push(human::seconds(seconds));
        rows.row(row);
    }
    rows
}

fn interval(summary: &Summary) -> String {
    let [low, high] = summary.interval.map(human::metric);
    format!("{low} to {high}")
}

/// What the curve says in words.
fn sentence(curve: &CurveReport) -> String {
    let CurveReport { metric, folds, .. } = curve;
    let measured =
        format!("{folds} folds; the interval is corrected for the training items that folds share");
    if curve.axis != CurveAxis::Items {
        return match curve.best().and_then(|best| Some((best, best.scores(metric)?))) {
            Some((best, [_, test])) => format!(
                "best at {}={}: {metric} {}, which is too good, because the same items picked it\n{measured}",
                curve.x,
                best.label,
                human::metric(test.mean)
            ),
            None => measured,
        };
    }
    let scored: Vec<_> =
        curve.points.iter().filter_map(|point| Some((point, point.scores(metric)?))).collect();
    let Some((last, [train, test])) = scored.last() else { return measured };
    let gap = format!(
        "with {} items {metric} is {} in training than in the test",
        last.label,
        better(curve.direction.gain(train.mean, test.mean))
    );
    match scored.iter().rev().nth(1) {
        Some((before, [_, earlier])) => format!(
            "{gap}, and in the test {} than with {} items\n{measured}",
            better(curve.direction.gain(test.mean, earlier.mean)),
            before.label
        ),
        None => format!("{gap}\n{measured}"),
    }
}

fn better(by: f64) -> String {
    format!("{} {}", human::metric(by.abs()), if by < 0.0 { "worse" } else { "better" })
}
