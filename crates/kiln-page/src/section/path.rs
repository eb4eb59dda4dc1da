//! A regularisation path: the error along it, what is left of the model, and the strengths that are picked.

use std::path::{Path, PathBuf};

use kiln_experiment::ExperimentError;
use kiln_experiment::path::{JudgedBy, PathKind, PathModel, PathReport};
use kiln_report::human::heading;
use kiln_report::{Chart, human};

use super::configuration::configuration_in;
use crate::block::{Block, Section, Table};
use crate::differences::beside;
use crate::figure::{STRENGTH, path_error, path_left, path_model};
use crate::report::{name, short_name};

/// Coefficients that are listed.
const COEFFICIENTS: usize = 40;
/// Paths that are drawn together.
const CURVES: usize = 6;

pub(crate) fn path(folder: &Path) -> Result<Vec<Section>, ExperimentError> {
    let found = PathReport::read(folder)?;
    let mut sections = vec![
        picks(&found),
        Section::new("path", "The path").with_charts([
            path_error(&found),
            path_model(&found),
            path_left(&found),
        ]),
        model(&found),
    ];
    sections.extend(configuration_in(&beside(folder))?);
    Ok(sections.into_iter().filter_map(Section::unless_empty).collect())
}

/// The strengths that are picked.
fn picks(found: &PathReport) -> Section {
    let curve = &found.curve;
    let (best, simple) = (curve.minimum(), curve.one_standard_error());
    let mut table = Table::new(
        format!("{} at the strengths that are picked", heading(&found.metric)),
        &["strength", "λ", heading(&found.metric).as_str(), "standard error", "not zero"],
    );
    for (word, place) in
        [("λ.min: the best", best), ("λ.1se: the largest within one standard error of it", simple)]
    {
        table.row([
            word.to_owned(),
            human::metric(curve.lambdas()[place]),
            human::metric(found.metric(place)),
            human::metric(curve.standard_error()[place]),
            format!(
                "{} of {}",
                human::count(found.points[place].nonzero as u64),
                human::count(found.numbers as u64)
            ),
        ]);
    }
    let judged = match found.judged {
        JudgedBy::Folds(folds) => {
            format!("Judged by {folds} folds over {} items.", human::count(found.items as u64))
        }
        JudgedBy::Validation(items) => format!(
            "Judged by {} validation items of {}; the standard error is over them.",
            human::count(items as u64),
            human::count(found.items as u64)
        ),
    };
    let how = match &found.kind {
        PathKind::Solved { l1_ratio, .. } => {
            format!(
                "A linear model was solved at every strength, with an L1 ratio of {}.",
                human::metric(*l1_ratio)
            )
        }
        PathKind::Trained { penalty, epochs } => {
            format!("The model was trained through rising strengths of {penalty}, {epochs} epochs at each.")
        }
    };
    let section = Section::new("summary", "Summary")
        .with_any(table.block())
        .with(Block::Text(format!("{how} {judged} The error of the pick is too low, because it picked.")));
    let word = match (found.went_on, found.is_best_last()) {
        (true, true) => {
            "The best strength was at the end of the path, so that it went on, and still is: a model without the penalty does as well."
        }
        (true, false) => "The best strength was at the end of the path, so that it went on.",
        (false, true) => {
            "λ.min is the smallest strength of the path: less may be better still. A smaller --ratio goes on."
        }
        (false, false) => return section,
    };
    section.with(Block::Text(word.to_owned()))
}

/// The coefficients, or what is left of the layers, at both strengths.
fn model(found: &PathReport) -> Section {
    let (simple, best) =
        (&found.points[found.curve.one_standard_error()], &found.points[found.curve.minimum()]);
    let section = Section::new("model", "The two models");
    match (&found.kind, &simple.model, &best.model) {
        (PathKind::Solved { features, .. }, PathModel::Linear(a), PathModel::Linear(b)) => {
            let mut order: Vec<usize> =
                (0..b.coef.len()).filter(|at| b.coef[*at] != 0.0 || a.coef[*at] != 0.0).collect();
            order.sort_by(|one, other| b.coef[*other].abs().total_cmp(&b.coef[*one].abs()));
            let caption = format!("{} coefficients are not zero at λ.min", order.len());
            let mut table = Table::new(caption, &["coefficient", "λ.1se", "λ.min"]);
            let cell = |number: f64| if number == 0.0 { "·".to_owned() } else { human::metric(number) };
            for at in order.iter().take(COEFFICIENTS) {
                table.row([found.coefficient(features, *at), cell(a.coef[*at]), cell(b.coef[*at])]);
            }
            let more = order.len().saturating_sub(COEFFICIENTS);
            let more =
                (more > 0).then(|| Block::Text(format!("And {} smaller ones.", human::count(more as u64))));
            section.with_any(table.block()).with_any(more)
        }
        (_, PathModel::Network { layers: a, .. }, PathModel::Network { layers: b, .. }) => {
            let mut table =
                Table::new("Numbers that are left of each layer", &["layer", "numbers", "λ.1se", "λ.min"]);
            for (a, b) in a.iter().zip(b) {
                let left = |layer: &kiln_experiment::path::LayerLeft| {
                    human::count((layer.zeros.numbers.saturating_sub(layer.zeros.zeros)) as u64)
                };
                table.row([a.zeros.path.clone(), human::count(a.zeros.numbers as u64), left(a), left(b)]);
            }
            section.with_any(table.block())
        }
        _ => section,
    }
}

/// Several paths: what each picks, and their errors in one chart.
pub(crate) fn paths(folders: &[PathBuf]) -> Result<Vec<Section>, ExperimentError> {
    let found: Vec<PathReport> =
        folders.iter().map(|folder| PathReport::read(folder)).collect::<Result<_, _>>()?;
    let mut table = Table::new(
        "What each path picks",
        &["path", "metric", "λ.min", "value", "not zero", "λ.1se", "value", "not zero"],
    );
    for (folder, found) in folders.iter().zip(&found) {
        let of = |place: usize| {
            [
                human::metric(found.curve.lambdas()[place]),
                human::metric(found.metric(place)),
                found.points[place].nonzero.to_string(),
            ]
        };
        let both = [found.curve.minimum(), found.curve.one_standard_error()].into_iter().flat_map(of);
        table.row([name(folder), heading(&found.metric)].into_iter().chain(both));
    }
    let mut section = Section::new("scores", "Scores").with_any(table.block());
    let first = found.first().map(|found| found.metric.clone()).unwrap_or_default();
    if found.iter().all(|found| found.metric == first) {
        let title = format!("{} along each path", heading(&first));
        let chart = Chart::new(title, STRENGTH, heading(&first)).unit(human::unit(&first)).log_x();
        let chart = folders.iter().zip(&found).take(CURVES).fold(chart, |chart, (folder, found)| {
            let places = (0..found.points.len()).rev();
            let points = places.map(|place| (found.curve.lambdas()[place], found.metric(place)));
            chart.series(short_name(folder), points.collect())
        });
        section = section.with_charts([chart]);
    }
    Ok(vec![section])
}
