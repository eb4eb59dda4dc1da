//! The charts of what mattered.

use kiln_experiment::ExperimentError;
use kiln_experiment::importance::{Dependence, ImportanceReport, ShapleyReport};
use kiln_experiment::run::slug;
use kiln_report::human::heading;
use kiln_report::{Bars, Chart};

/// Columns that are drawn.
const COLUMNS: usize = 40;

/// All that was found, as files with their names: CSV and SVG of each part, and everything as JSON.
///
/// # Errors
/// None that a user can bring about.
pub fn importance_files(found: &ImportanceReport) -> Result<Vec<(String, Vec<u8>)>, ExperimentError> {
    let json =
        serde_json::to_vec_pretty(found).map_err(|error| ExperimentError::Internal(error.to_string()))?;
    let mut files = vec![
        ("importance.json".to_owned(), json),
        ("importance.csv".to_owned(), found.to_csv()?),
        ("importance.svg".to_owned(), importance(found).to_svg().into_bytes()),
    ];
    for (number, of) in found.dependence.iter().enumerate() {
        let name = format!("dependence-{}-{}", number + 1, slug(&of.column));
        files.push((format!("{name}.csv"), of.to_csv()?));
        files.push((format!("{name}.svg"), dependence(of).to_svg().into_bytes()));
    }
    if let Some(found) = &found.shapley {
        files.push(("shap.csv".to_owned(), found.to_csv()?));
        files.push(("shap.svg".to_owned(), shapley(found).to_svg().into_bytes()));
    }
    Ok(files)
}

/// How much worse predictions get without each column, with the 95 % intervals.
pub fn importance(found: &ImportanceReport) -> Bars {
    let metric = heading(found.metric.name());
    let first = found.columns.first().map(|column| format!(": {} most", column.name)).unwrap_or_default();
    let bars = Bars::new(
        format!("What mattered for {metric}{first}"),
        format!("by how much {metric} gets worse when the column is shuffled"),
    );
    let columns = found.columns.iter().take(COLUMNS);
    columns
        .fold(bars, |bars, column| bars.bar(column.name.as_str(), column.importance, Some(column.interval)))
}

/// The mean prediction by the value of a column, for each output; of numbers with a band from the 10 % to the 90 % quantile of the
/// items. Categories stand in their order.
pub fn dependence(found: &Dependence) -> Chart {
    let outputs = found.outputs.len();
    let x = |place: usize| found.places[place].number.unwrap_or(place as f64);
    let places = || 0..found.places.len();
    let what = if outputs == 1 { found.outputs[0].as_str() } else { "prediction" };
    let mut chart = Chart::new(format!("{what} by {}", found.column), found.column.as_str(), what);
    for (output, name) in found.outputs.iter().enumerate() {
        let mean = places().map(|place| (x(place), found.places[place].mean[output])).collect();
        chart = chart.series(name.as_str(), mean);
        if outputs == 1 {
            let band = places().map(|place| {
                let mut items = found.places[place].items.clone();
                items.sort_by(f64::total_cmp);
                let at = |share: f64| items[((items.len() - 1) as f64 * share).round() as usize];
                if items.is_empty() { (x(place), f64::NAN, f64::NAN) } else { (x(place), at(0.1), at(0.9)) }
            });
            chart = chart.band(band.collect());
        }
    }
    for (place, of) in found.places.iter().enumerate().filter(|(_, of)| of.number.is_none()) {
        chart = chart.name(place as f64, of.value.as_str());
    }
    chart
}

/// How much each column adds to predictions on average, whichever way: the mean of the absolute Shapley values, summed over the outputs.
pub fn shapley(found: &ShapleyReport) -> Bars {
    let outputs = found.outputs.len();
    let size = |column: usize| found.mean[column * outputs..][..outputs].iter().sum::<f64>();
    let mut order: Vec<usize> = (0..found.columns.len()).collect();
    order.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
    let first = order.first().map(|column| format!(": {} most", found.columns[*column])).unwrap_or_default();
    let bars = Bars::new(format!("What each column adds to predictions{first}"), "mean |SHAP value|");
    let columns = order.into_iter().take(COLUMNS);
    columns.fold(bars, |bars, column| bars.bar(found.columns[column].as_str(), size(column), None))
}
