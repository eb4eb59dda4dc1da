//! What is said of a path: events, and tables.

use kiln_experiment::path::{JudgedBy, LayerLeft, PathKind, PathModel, PathReport, PathStrength};
use kiln_page::figure::path_error;
use kiln_report::human::heading;
use kiln_report::{Column, Table, human, table};
use serde_json::{Map, Value, json};

use crate::fields;
use crate::output::{Output, Unwritten};

/// Rows of the table along the path, beside the ones that are picked.
const ROWS: usize = 10;
/// Coefficients that are listed.
const COEFFICIENTS: usize = 40;

/// One event for every strength, and one for what is picked.
pub fn events(found: &PathReport, out: Output) -> Result<(), Unwritten> {
    for (place, point) in found.points.iter().enumerate() {
        out.event("path_point", point_fields(found, place, point))?;
    }
    let curve = &found.curve;
    let (best, simple) = (curve.minimum(), curve.one_standard_error());
    let mut fields = fields! {
        lambda_max: curve.lambdas()[0], lambda_min: curve.lambdas()[best], lambda_1se: curve.lambdas()[simple],
        metric: found.metric, items: found.items, numbers: found.numbers,
    };
    match found.judged {
        JudgedBy::Folds(folds) => fields.insert("folds".to_owned(), json!(folds)),
        JudgedBy::Validation(items) => fields.insert("validation_items".to_owned(), json!(items)),
    };
    match &found.target {
        Some(target) => fields.insert("target".to_owned(), json!(target)),
        None => fields.insert("classes".to_owned(), json!(found.classes)),
    };
    match &found.kind {
        PathKind::Solved { features, l1_ratio, l2 } => fields.extend(fields! {
            how: "solved", features: features, l1_ratio: l1_ratio, l2: l2,
        }),
        PathKind::Trained { penalty, epochs } => fields.extend(fields! {
            how: "trained", penalty: penalty, epochs: epochs, without: found.dense,
        }),
    }
    out.event("path", fields)
}

fn point_fields(found: &PathReport, place: usize, point: &PathStrength) -> Map<String, Value> {
    let mut fields = fields! { lambda: point.lambda, nonzero: point.nonzero };
    fields.insert(found.metric.clone(), json!(found.metric(place)));
    fields.extend(fields! { standard_error: found.curve.standard_error()[place], scores: point.scores.mean });
    match &point.model {
        PathModel::Linear(model) if model.intercept.len() == 1 => fields.extend(fields! {
            coef: model.coef, intercept: model.intercept[0], gap: model.gap,
        }),
        PathModel::Linear(model) => {
            let width = model.coef.len() / model.intercept.len();
            let coef: Vec<&[f64]> = model.coef.chunks(width).collect();
            fields.extend(fields! { coef: coef, intercept: model.intercept, gap: model.gap });
        }
        PathModel::Network { layers, inputs } => {
            let one = |LayerLeft { zeros, inputs, .. }: &LayerLeft| {
                json!({
                    "path": zeros.path, "nonzero": zeros.numbers - zeros.zeros, "numbers": zeros.numbers,
                    "inputs": inputs, "zero_inputs": zeros.zero_inputs, "zero_outputs": zeros.zero_outputs,
                })
            };
            fields.insert("layers".to_owned(), layers.iter().map(one).collect());
            fields.extend(inputs.as_ref().map(|inputs| ("inputs".to_owned(), json!(inputs))));
        }
    }
    fields
}

/// The curve of the metric as text, a table along the path, and the two models that are picked.
pub fn text(found: &PathReport) -> String {
    let colour = table::colour(&std::io::stdout());
    let models = match &found.kind {
        PathKind::Solved { features, .. } => coefficients(found, features, colour),
        PathKind::Trained { .. } => layers(found, colour),
    };
    format!(
        "{}\n{}\n{models}\n{}",
        path_error(found).to_text(80, 12),
        along(found).render(colour),
        closing(found)
    )
}

fn along(found: &PathReport) -> Table {
    let curve = &found.curve;
    let (best, simple) = (curve.minimum(), curve.one_standard_error());
    let last = found.points.len() - 1;
    let mut places: Vec<usize> = (0..ROWS).map(|row| row * last / (ROWS - 1)).chain([best, simple]).collect();
    places.sort_unstable();
    places.dedup();
    // Of classes there is one more to say than what picks.
    let beside = ["accuracy", "log_loss"].into_iter().find(|name| *name != found.metric);
    let beside = beside.filter(|_| !found.classes.is_empty());
    let mut columns = vec![
        Column::right("λ"),
        Column::right("not zero"),
        Column::right(heading(&found.metric)),
        Column::right("± s.e."),
    ];
    columns.extend(beside.map(|name| Column::right(heading(name))));
    columns.push(Column::left(""));
    let mut along = Table::new(columns);
    for place in places {
        let word = match (place == simple, place == best) {
            (true, true) => "λ.1se, λ.min",
            (true, false) => "λ.1se",
            (false, true) => "λ.min",
            _ => "",
        };
        let point = &found.points[place];
        let mut cells = vec![
            human::metric(point.lambda),
            point.nonzero.to_string(),
            human::metric(found.metric(place)),
            human::metric(curve.standard_error()[place]),
        ];
        cells.extend(beside.map(|name| human::metric(point.scores.mean.get(name).unwrap_or(f64::NAN))));
        cells.push(word.to_owned());
        along.row(cells);
    }
    along
}

/// The coefficients of the two models that are picked, the largest first.
fn coefficients(found: &PathReport, features: &[String], colour: bool) -> String {
    let (a, b) = (&found.points[found.curve.one_standard_error()], &found.points[found.curve.minimum()]);
    let (PathModel::Linear(a), PathModel::Linear(b)) = (&a.model, &b.model) else { return String::new() };
    let mut models = Table::new([Column::left(""), Column::right("λ.1se"), Column::right("λ.min")]);
    let cell = |value: f64| if value == 0.0 { "·".to_owned() } else { human::metric(value) };
    for (output, (a, b)) in a.intercept.iter().zip(&b.intercept).enumerate() {
        let name = match found.classes.get(output).filter(|_| found.has_class_coefficients()) {
            Some(class) => format!("intercept → {class}"),
            _ => "intercept".to_owned(),
        };
        models.row([name, human::metric(*a), human::metric(*b)]);
    }
    let mut order: Vec<usize> =
        (0..b.coef.len()).filter(|i| b.coef[*i] != 0.0 || a.coef[*i] != 0.0).collect();
    order.sort_by(|i, j| b.coef[*j].abs().total_cmp(&b.coef[*i].abs()));
    for place in order.iter().take(COEFFICIENTS) {
        models.row([found.coefficient(features, *place), cell(a.coef[*place]), cell(b.coef[*place])]);
    }
    let more = match order.len().saturating_sub(COEFFICIENTS) {
        0 => String::new(),
        more => format!("and {more} smaller ones, which --json has\n"),
    };
    format!("{}{more}", models.render(colour))
}

/// What is left of each layer in the two models that are picked.
fn layers(found: &PathReport, colour: bool) -> String {
    let (a, b) = (&found.points[found.curve.one_standard_error()], &found.points[found.curve.minimum()]);
    let (PathModel::Network { layers: a, inputs }, PathModel::Network { layers: b, .. }) =
        (&a.model, &b.model)
    else {
        return String::new();
    };
    let mut table = Table::new([
        Column::left("layer"),
        Column::right("numbers"),
        Column::right("λ.1se"),
        Column::right("inputs used"),
        Column::right("λ.min"),
        Column::right("inputs used"),
    ]);
    for (a, b) in a.iter().zip(b) {
        let left = |layer: &LayerLeft| (layer.zeros.numbers - layer.zeros.zeros).to_string();
        let inputs =
            |layer: &LayerLeft| format!("{} of {}", layer.inputs - layer.zeros.zero_inputs, layer.inputs);
        table.row([
            a.zeros.path.clone(),
            a.zeros.numbers.to_string(),
            left(a),
            inputs(a),
            left(b),
            inputs(b),
        ]);
    }
    // Which columns are left says something where some have gone.
    let all = a.first().map_or(0, |first| first.inputs);
    let named = match inputs {
        Some(inputs) if inputs.len() < all => format!("inputs used at λ.1se: {}\n", inputs.join(", ")),
        _ => String::new(),
    };
    format!("{}{named}", table.render(colour))
}

/// How it was done, and how far to trust it.
fn closing(found: &PathReport) -> String {
    let what = match &found.target {
        Some(target) => target.clone(),
        None => format!("{} classes", found.classes.len()),
    };
    let how = match &found.kind {
        PathKind::Solved { l2, .. } if *l2 > 0.0 => {
            format!("with {l2}·Σw² of the configuration at every strength\n")
        }
        PathKind::Solved { .. } => String::new(),
        PathKind::Trained { penalty, epochs } => {
            let without = found.dense.map(human::metric).unwrap_or_default();
            format!(
                "{penalty}\ntrained without it first (then {} is {without}), then through rising λ until nothing was left, \
                 epochs at each: {epochs}\n",
                heading(&found.metric)
            )
        }
    };
    let judged = match found.judged {
        JudgedBy::Folds(folds) => format!("by {folds} folds over {} items", found.items),
        JudgedBy::Validation(items) => {
            format!("by {items} validation items of {} (the standard error is over them)", found.items)
        }
    };
    format!(
        "{how}{}{what} {judged}, those of the test left out; the error of the pick is too low, because it picked\n",
        at_the_end(found)
    )
}

/// Says so where the least error is that of the smallest strength: there may be a smaller one below.
fn at_the_end(found: &PathReport) -> String {
    let lambdas = found.curve.lambdas();
    let is_last = found.curve.minimum() + 1 == lambdas.len();
    match lambdas {
        [.., smallest] if found.went_on => {
            let still = if is_last { ", and still is: a model without the penalty does as well" } else { "" };
            format!(
                "the best was at the end of the path, so that it went on to λ {}{still}\n",
                human::metric(*smallest)
            )
        }
        [largest, .., smallest] if is_last => format!(
            "λ.min is the smallest λ of the path, so that less may be better still: try --ratio {:e}\n",
            10_f64.powf((smallest / largest).log10().round() - 2.0)
        ),
        _ => String::new(),
    }
}
