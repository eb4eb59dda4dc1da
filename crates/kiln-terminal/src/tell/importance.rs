//! What is said of what mattered.

use kiln_experiment::importance::{Dependence, ImportanceReport, ShapleyReport};
use kiln_report::{Column, Table, human, table};
use serde_json::json;

use crate::output::{Output, Unwritten};

/// Columns that are shown.
const SHOWN: usize = 30;

/// The event, or tables.
///
/// # Errors
/// [`Unwritten`].
pub fn report(found: &ImportanceReport, out: Output) -> Result<(), Unwritten> {
    if out.json {
        return out.event("importance", json!(found).as_object().cloned().unwrap_or_default());
    }
    let colour = table::colour(&std::io::stdout());
    let metric = found.metric.name();
    let titles =
        [Column::left("column"), Column::right(metric), Column::right("95 %"), Column::right("repeats ±")];
    let mut lines = Table::new(titles);
    for column in found.columns.iter().take(SHOWN) {
        let [low, high] = column.interval.map(human::metric);
        let numbers =
            [human::metric(column.importance), format!("{low} to {high}"), human::metric(column.deviation)];
        lines.row(std::iter::once(column.name.clone()).chain(numbers));
    }
    let (items, score) = (human::count(found.items as u64), human::metric(found.score));
    let mut text = format!(
        "{metric} {score} on {items} items ({}); by how much it gets worse where the cells of a column are shuffled\n\n{}",
        found.part,
        lines.render(colour)
    );
    if found.columns.len() > SHOWN {
        text += &format!("… and {} more\n", found.columns.len() - SHOWN);
    }
    for dependence in &found.dependence {
        text += &format!("\n{}", of_column(dependence).render(colour));
    }
    if let Some(shapley) = &found.shapley {
        text += &format!("\n{}", adds(shapley).render(colour));
    }
    out.data(&text)
}

/// The mean prediction at some of the places.
fn of_column(dependence: &Dependence) -> Table {
    let titles = dependence.outputs.iter().map(Column::right);
    let mut lines = Table::new(std::iter::once(Column::left(&dependence.column)).chain(titles));
    let step = dependence.places.len().div_ceil(10).max(1);
    for place in dependence.places.iter().step_by(step) {
        let value = place.number.map_or_else(|| place.value.clone(), human::metric);
        lines.row(std::iter::once(value).chain(place.mean.iter().map(|mean| human::metric(*mean))));
    }
    lines
}

/// How much each column adds on average, whichever way.
fn adds(shapley: &ShapleyReport) -> Table {
    let outputs = shapley.outputs.len();
    let titles = shapley.outputs.iter().map(Column::right);
    let kind = if shapley.exact { "mean |SHAP|" } else { "mean |SHAP|, sampled" };
    let mut lines = Table::new(std::iter::once(Column::left(kind)).chain(titles));
    let mut order: Vec<usize> = (0..shapley.columns.len()).collect();
    let size = |column: usize| shapley.mean[column * outputs..][..outputs].iter().sum::<f64>();
    order.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
    for column in order.into_iter().take(SHOWN) {
        let means = shapley.mean[column * outputs..][..outputs].iter().map(|mean| human::metric(*mean));
        lines.row(std::iter::once(shapley.columns[column].clone()).chain(means));
    }
    lines
}
