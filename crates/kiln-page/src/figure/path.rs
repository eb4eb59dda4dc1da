//! The charts of a path: the error along it, and its coefficients or what is left of its layers.

use kiln_experiment::path::{PathKind, PathModel, PathReport};
use kiln_report::Chart;
use kiln_report::human::{heading, unit};

/// What λ is.
pub(crate) const STRENGTH: &str = "strength of the penalty, λ";
/// Curves that are drawn.
const CURVES: usize = 5;

fn marked(found: &PathReport, chart: Chart) -> Chart {
    let curve = &found.curve;
    let (best, simple) = (curve.lambdas()[curve.minimum()], curve.lambdas()[curve.one_standard_error()]);
    let chart = chart.log_x().mark(best, "λ.min");
    if simple == best { chart } else { chart.mark(simple, "λ.1se") }
}

/// The metric along a path, with the standard error as a band, and the strengths that are picked.
pub fn path_error(found: &PathReport) -> Chart {
    let curve = &found.curve;
    // From the smallest strength to the largest.
    let places = || (0..found.points.len()).rev();
    let mean = places().map(|place| (curve.lambdas()[place], found.metric(place)));
    let band = places().map(|place| {
        let (mean, error) = (found.metric(place), curve.standard_error()[place]);
        (curve.lambdas()[place], mean - error, mean + error)
    });
    let title = format!("{}: {} by the strength of the penalty", found.label, heading(&found.metric));
    marked(found, Chart::new(title, STRENGTH, heading(&found.metric)).unit(unit(&found.metric)))
        .series("mean", mean.collect())
        .band(band.collect())
}

/// The coefficients along a path, or how much is left of the layers of a network.
pub fn path_model(found: &PathReport) -> Chart {
    match &found.kind {
        PathKind::Solved { features, .. } => coefficients(found, features),
        PathKind::Trained { .. } => layers(found),
    }
}

fn coefficients(found: &PathReport, features: &[String]) -> Chart {
    let coef = |place: usize| match &found.points[place].model {
        PathModel::Linear(model) => model.coef.as_slice(),
        PathModel::Network { .. } => &[],
    };
    let weakest = coef(found.points.len() - 1);
    let mut order: Vec<usize> = (0..weakest.len()).collect();
    order.sort_by(|i, j| weakest[*j].abs().total_cmp(&weakest[*i].abs()));
    let title = match order.len() {
        few if few <= CURVES => format!("{}: coefficients", found.label),
        many => format!("{}: the {CURVES} largest of {many} coefficients", found.label),
    };
    let mut chart = marked(found, Chart::new(title, STRENGTH, "coefficient"));
    for place in order.into_iter().take(CURVES) {
        let points = (0..found.points.len()).rev();
        let points = points.map(|point| (found.points[point].lambda, coef(point)[place])).collect();
        chart = chart.series(found.coefficient(features, place), points);
    }
    chart
}

/// How much is left of each layer.
fn layers(found: &PathReport) -> Chart {
    let layers = |place: usize| match &found.points[place].model {
        PathModel::Network { layers, .. } => layers.as_slice(),
        PathModel::Linear(_) => &[],
    };
    let title = format!("{}: weights that are not zero", found.label);
    let mut chart = marked(found, Chart::new(title, STRENGTH, "share that is not zero"));
    for (number, layer) in layers(0).iter().enumerate().take(CURVES) {
        let points = (0..found.points.len()).rev();
        let points =
            points.map(|point| (found.points[point].lambda, 1.0 - layers(point)[number].zeros.share()));
        chart = chart.series(layer.zeros.path.clone(), points.collect());
    }
    chart
}

/// How many of the penalised numbers are not zero along a path.
pub fn path_left(found: &PathReport) -> Chart {
    let points = found.points.iter().rev().map(|point| (point.lambda, point.nonzero as f64)).collect();
    let title = format!("{}: numbers that are not zero", found.label);
    marked(found, Chart::new(title, STRENGTH, "numbers that are not zero")).series("not zero", points)
}
