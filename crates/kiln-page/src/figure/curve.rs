//! The chart of a learning or a validation curve.

use kiln_experiment::curve::{CurveAxis, CurveReport};
use kiln_report::Chart;
use kiln_report::human::{heading, unit};

/// Scores in training and in the test: means, with the corrected interval as a band.
pub fn curve(curve: &CurveReport) -> Chart {
    let y = heading(&curve.metric);
    let mut chart = Chart::new(curve.title.as_str(), curve.x.as_str(), y).unit(unit(&curve.metric));
    if curve.log_x {
        chart = chart.log_x();
    }
    for (place, name) in ["training", "test"].into_iter().enumerate() {
        let scored =
            || curve.points.iter().filter_map(|point| Some((point.x, point.scores(&curve.metric)?[place])));
        chart = chart
            .series(name, scored().map(|(x, score)| (x, score.mean)).collect())
            .band(scored().map(|(x, score)| (x, score.interval[0], score.interval[1])).collect());
    }
    if curve.axis == CurveAxis::Choices {
        for point in &curve.points {
            chart = chart.name(point.x, point.label.as_str());
        }
    }
    chart
}
