//! The columns of a table as inputs, and what preprocessing makes of them.

use kiln_data::{ColumnEncoding, Pca, TableSteps};

use super::graph::{Elements, Graph, int, ints, texts};
use crate::error::ExportError;

/// The features of a row, `[N, features]`, f32: one input a column, `[N, 1]`.
///
/// Numbers come as doubles, NaN where they are missing; categories as texts, empty where they are missing; dates as days since
/// 1970-01-01. Everything is computed in doubles and rounded once, as kiln does.
pub(super) fn table(graph: &mut Graph, steps: &TableSteps) -> Result<String, ExportError> {
    let mut parts = Vec::with_capacity(steps.columns.len());
    for column in &steps.columns {
        let name = &column.name;
        parts.push(match &column.encoding {
            ColumnEncoding::Category { names, features } => category(graph, name, names, features),
            ColumnEncoding::Date { missing, scales, .. } => date(graph, name, missing, scales),
            ColumnEncoding::Flagged(encoding) => {
                let x = input(graph, name, steps.single);
                let feature = of_number(graph, name, &x, encoding)?;
                let is_missing = graph.node("IsNaN", &[&x], Vec::new());
                let flag = graph.cast(&is_missing, Elements::Double);
                graph.node("Concat", &[&feature, &flag], vec![int("axis", 1)])
            }
            encoding => {
                let x = input(graph, name, steps.single);
                of_number(graph, name, &x, encoding)?
            }
        });
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut x = graph.node("Concat", &parts, vec![int("axis", 1)]);
    if let Some(select) = &steps.select {
        let places: Vec<i64> = select.iter().map(|&place| place as i64).collect();
        let places = graph.longs(&[places.len()], &places);
        x = graph.node("Gather", &[&x, &places], vec![int("axis", 1)]);
    }
    if let Some(pca) = &steps.pca {
        x = components(graph, &x, pca);
    }
    Ok(graph.cast(&x, Elements::Float))
}

/// The feature of a number.
fn of_number(
    graph: &mut Graph,
    name: &str,
    x: &str,
    encoding: &ColumnEncoding,
) -> Result<String, ExportError> {
    match encoding {
        ColumnEncoding::Number { missing, scale } => Ok(number(graph, x, *missing, *scale)),
        ColumnEncoding::SmoothClip { missing, median, factor } => {
            let x = present(graph, x, *missing);
            Ok(smooth_clip(graph, &x, *median, *factor))
        }
        ColumnEncoding::QuantileNormal { .. } => Err(unknown("the scaling quantile-normal", name)),
        _ => Err(unknown("the encoding", name)),
    }
}

fn unknown(what: &str, column: &str) -> ExportError {
    ExportError::Operation { operation: format!("{what} of column {column:?}") }
}

/// A column of numbers, rounded where older runs did that.
fn input(graph: &mut Graph, name: &str, single: bool) -> String {
    let x = graph.input(name, Elements::Double, &[1]);
    if !single {
        return x;
    }
    let single = graph.cast(&x, Elements::Float);
    graph.cast(&single, Elements::Double)
}

/// With `missing` in place of NaN.
fn present(graph: &mut Graph, x: &str, missing: f64) -> String {
    let is_missing = graph.node("IsNaN", &[x], Vec::new());
    let missing = graph.doubles(&[1, 1], &[missing]);
    graph.node("Where", &[&is_missing, &missing, x], Vec::new())
}

fn number(graph: &mut Graph, x: &str, missing: f64, [mean, std]: [f64; 2]) -> String {
    let there = present(graph, x, missing);
    scaled(graph, &there, mean, std)
}

fn smooth_clip(graph: &mut Graph, x: &str, median: f64, factor: f64) -> String {
    let [median, factor, third, one] = [median, factor, 1.0 / 3.0, 1.0].map(|x| graph.doubles(&[1, 1], &[x]));
    let centred = graph.node("Sub", &[x, &median], Vec::new());
    let r = graph.node("Mul", &[&centred, &factor], Vec::new());
    let small = graph.node("Mul", &[&r, &third], Vec::new());
    let square = graph.node("Mul", &[&small, &small], Vec::new());
    let sum = graph.node("Add", &[&square, &one], Vec::new());
    let root = graph.node("Sqrt", &[&sum], Vec::new());
    graph.node("Div", &[&r, &root], Vec::new())
}

fn scaled(graph: &mut Graph, x: &str, mean: f64, std: f64) -> String {
    let (mean, std) = (graph.doubles(&[1, 1], &[mean]), graph.doubles(&[1, 1], &[std]));
    let centred = graph.node("Sub", &[x, &mean], Vec::new());
    graph.node("Div", &[&centred, &std], Vec::new())
}

/// The features of the category are a row of a matrix.
fn category(graph: &mut Graph, name: &str, names: &[String], features: &[Vec<f64>]) -> String {
    let x = graph.input(name, Elements::Text, &[1]);
    let keys = names.iter().map(String::as_str).chain([""]);
    let places: Vec<usize> = (0..=names.len()).collect();
    let attributes = vec![
        int("default_int64", names.len() as i64 + 1),
        texts("keys_strings", keys),
        ints("values_int64s", &places),
    ];
    let place = graph.ml_node("LabelEncoder", &[&x], attributes);
    let flat = graph.longs(&[1], &[-1]);
    let place = graph.node("Reshape", &[&place, &flat], Vec::new());
    let width = features.first().map_or(0, Vec::len);
    let numbers: Vec<f64> = features.iter().flatten().copied().collect();
    let rows = graph.doubles(&[features.len(), width], &numbers);
    graph.node("Gather", &[&rows, &place], vec![int("axis", 0)])
}

/// Year, month, day of the week and days, by the arithmetic of days since 0000-03-01 in eras of 400 years.
fn date(graph: &mut Graph, name: &str, missing: &[f64; 4], scales: &[[f64; 2]; 4]) -> String {
    let days = graph.input(name, Elements::Double, &[1]);
    let is_missing = graph.node("IsNaN", &[&days], Vec::new());
    let zero = graph.doubles(&[1, 1], &[0.0]);
    let there = graph.node("Where", &[&is_missing, &zero, &days], Vec::new());
    let floor = graph.node("Floor", &[&there], Vec::new());
    let day = graph.cast(&floor, Elements::Long);
    let [year, month, weekday] = parts(graph, &day);
    let wholes = [year, month, weekday].map(|whole| graph.cast(&whole, Elements::Double));
    let mut columns = Vec::with_capacity(4);
    for (part, x) in wholes.into_iter().chain([there]).enumerate() {
        let missing = graph.doubles(&[1, 1], &[missing[part]]);
        let x = graph.node("Where", &[&is_missing, &missing, &x], Vec::new());
        let [mean, std] = scales[part];
        columns.push(scaled(graph, &x, mean, std));
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    graph.node("Concat", &columns, vec![int("axis", 1)])
}

/// Whole numbers: nothing is negative for dates from year 0 on, so that division rounds down.
fn parts(graph: &mut Graph, day: &str) -> [String; 3] {
    let with = |graph: &mut Graph, operation: &str, x: &str, number: i64| {
        let number = graph.longs(&[1, 1], &[number]);
        graph.node(operation, &[x, &number], Vec::new())
    };
    let shifted = with(graph, "Add", day, 719_468);
    let era = with(graph, "Div", &shifted, 146_097);
    let of_era = with(graph, "Mod", &shifted, 146_097);
    let mut years = of_era.clone();
    for (operation, length) in [("Sub", 1460), ("Add", 36_524), ("Sub", 146_096)] {
        let part = with(graph, "Div", &of_era, length);
        years = graph.node(operation, &[&years, &part], Vec::new());
    }
    let year = with(graph, "Div", &years, 365);
    let mut of_year = of_era;
    for (operation, factor, divisor) in [("Sub", 365, 1), ("Sub", 1, 4), ("Add", 1, 100)] {
        let part = with(graph, "Mul", &year, factor);
        let part = with(graph, "Div", &part, divisor);
        of_year = graph.node(operation, &[&of_year, &part], Vec::new());
    }
    let fifths = with(graph, "Mul", &of_year, 5);
    let fifths = with(graph, "Add", &fifths, 2);
    // From March on.
    let from_march = with(graph, "Div", &fifths, 153);
    let month = with(graph, "Add", &from_march, 2);
    let month = with(graph, "Mod", &month, 12);
    let month = with(graph, "Add", &month, 1);
    let of_eras = with(graph, "Mul", &era, 400);
    let year = graph.node("Add", &[&year, &of_eras], Vec::new());
    // January and February belong to the year that began in the March before.
    let early = with(graph, "Div", &from_march, 10);
    let year = graph.node("Add", &[&year, &early], Vec::new());
    let weekday = with(graph, "Add", day, 3);
    let weekday = with(graph, "Mod", &weekday, 7);
    let weekday = with(graph, "Add", &weekday, 1);
    [year, month, weekday]
}

fn components(graph: &mut Graph, x: &str, pca: &Pca) -> String {
    let (width, count) = (pca.mean().len(), pca.components().len());
    let mean = graph.doubles(&[1, width], pca.mean());
    let centred = graph.node("Sub", &[x, &mean], Vec::new());
    let axes: Vec<f64> =
        (0..width).flat_map(|row| pca.components().iter().map(move |axis| axis[row])).collect();
    let axes = graph.doubles(&[width, count], &axes);
    let along = graph.node("MatMul", &[&centred, &axes], Vec::new());
    if !pca.whitens() {
        return along;
    }
    let deviations: Vec<f64> = pca.explained_variance().iter().map(|variance| variance.sqrt()).collect();
    let deviations = graph.doubles(&[1, count], &deviations);
    graph.node("Div", &[&along, &deviations], Vec::new())
}
