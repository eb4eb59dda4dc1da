//! What is said of a path: events, a table, two charts.

use std::path::{Path, PathBuf};

use kiln_report::{Chart, Column, Table, human, table};

use super::super::picture::write_svg;
use super::Found;
use crate::error::CliError;
use crate::output::{Output, fields};

/// Rows of the table, beside those that are picked.
const ROWS: usize = 10;
/// Coefficients that are drawn.
const CURVES: usize = 5;

/// One event for every strength, and one for what is picked.
pub(super) fn events(found: &Found, out: Output) -> Result<(), CliError> {
    let curve = &found.curve;
    for (place, point) in found.points.iter().enumerate() {
        out.event(
            "path_point",
            fields! {
                lambda: point.lambda, nonzero: point.nonzero(), mse: curve.mean()[place],
                standard_error: curve.standard_error()[place], coef: point.coef, intercept: point.intercept,
                gap: point.gap,
            },
        )?;
    }
    let (best, simple) = (curve.minimum(), curve.one_standard_error());
    out.event(
        "path",
        fields! {
            lambda_max: curve.lambdas()[0], lambda_min: curve.lambdas()[best], lambda_1se: curve.lambdas()[simple],
            folds: found.folds, items: found.items, target: found.target, features: found.features,
        },
    )
}

/// The curve of the error as text, a table along the path, and the two models that are picked.
pub(super) fn text(found: &Found) -> String {
    let curve = &found.curve;
    let (best, simple) = (curve.minimum(), curve.one_standard_error());
    let last = found.points.len() - 1;
    let mut places: Vec<usize> = (0..ROWS).map(|row| row * last / (ROWS - 1)).chain([best, simple]).collect();
    places.sort_unstable();
    places.dedup();
    let mut along = Table::new([
        Column::right("λ"),
        Column::right("not zero"),
        Column::right("squared error"),
        Column::right("± s.e."),
        Column::left(""),
    ]);
    for place in places {
        let word = match (place == simple, place == best) {
            (true, true) => "λ.1se, λ.min",
            (true, false) => "λ.1se",
            (false, true) => "λ.min",
            _ => "",
        };
        along.row([
            human::metric(curve.lambdas()[place]),
            found.points[place].nonzero().to_string(),
            human::metric(curve.mean()[place]),
            human::metric(curve.standard_error()[place]),
            word.to_owned(),
        ]);
    }
    let mut models = Table::new([Column::left(""), Column::right("λ.1se"), Column::right("λ.min")]);
    let cell = |value: f64| if value == 0.0 { "·".to_owned() } else { human::metric(value) };
    let (a, b) = (&found.points[simple], &found.points[best]);
    models.row(["intercept".to_owned(), human::metric(a.intercept), human::metric(b.intercept)]);
    let mut order: Vec<usize> =
        (0..found.features.len()).filter(|i| b.coef[*i] != 0.0 || a.coef[*i] != 0.0).collect();
    order.sort_by(|i, j| b.coef[*j].abs().total_cmp(&b.coef[*i].abs()));
    for feature in order {
        models.row([found.features[feature].clone(), cell(a.coef[feature]), cell(b.coef[feature])]);
    }
    let colour = table::colour(&std::io::stdout());
    format!(
        "{}\n{}\n{}\n{} by {} folds over {} items, those of the test left out; the error of what was picked by it \
         flatters\n",
        error_chart(found).to_text(80, 12),
        along.render(colour),
        models.render(colour),
        found.target,
        found.folds,
        found.items
    )
}

/// Draws the error into `path` and the coefficients beside it.
pub(super) fn draw(found: &Found, path: &Path) -> Result<[PathBuf; 2], CliError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("path");
    let beside = path.with_file_name(format!("{stem}-coefficients.svg"));
    write_svg(path, &error_chart(found))?;
    write_svg(&beside, &coefficient_chart(found))?;
    Ok([path.to_owned(), beside])
}

fn marked(found: &Found, chart: Chart) -> Chart {
    let curve = &found.curve;
    let (best, simple) = (curve.lambdas()[curve.minimum()], curve.lambdas()[curve.one_standard_error()]);
    let chart = chart.log_x().mark(best, "λ.min");
    if simple == best { chart } else { chart.mark(simple, "λ.1se") }
}

fn error_chart(found: &Found) -> Chart {
    let curve = &found.curve;
    // From the smallest strength to the largest.
    let series = |sign: f64| {
        let at = |place: usize| {
            (curve.lambdas()[place], curve.mean()[place] + sign * curve.standard_error()[place])
        };
        (0..found.points.len()).rev().map(at).collect()
    };
    let chart = Chart::new(format!("{}: error along the path", found.label), "λ", "mean squared error");
    marked(found, chart)
        .series("mean", series(0.0))
        .series("+ s.e.", series(1.0))
        .series("− s.e.", series(-1.0))
}

fn coefficient_chart(found: &Found) -> Chart {
    let weakest = &found.points[found.points.len() - 1].coef;
    let mut order: Vec<usize> = (0..weakest.len()).collect();
    order.sort_by(|i, j| weakest[*j].abs().total_cmp(&weakest[*i].abs()));
    let title = match order.len() {
        few if few <= CURVES => format!("{}: coefficients", found.label),
        many => format!("{}: the {CURVES} largest of {many} coefficients", found.label),
    };
    let mut chart = marked(found, Chart::new(title, "λ", "coefficient"));
    for feature in order.into_iter().take(CURVES) {
        let curve = found.points.iter().rev().map(|point| (point.lambda, point.coef[feature])).collect();
        chart = chart.series(found.features[feature].clone(), curve);
    }
    chart
}
