//! What a client can know of a model: its inputs, its outputs, and a body that works.

use kiln_data::{CellValue, ColumnKind, ColumnSchema};
use kiln_experiment::Predictor;
use serde_json::{Map, Value, json};

use crate::body::BodyKind;

/// The most categories of a column that are listed.
const LISTED: usize = 50;

/// Steps of a series that is an example.
const EXAMPLE: usize = 8;

/// What is said of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Served {
    /// What `GET /` answers, as JSON: `{"run": …, "inputs": …, "classes": …}`.
    pub description: String,
    /// What `GET /example` answers: a body of JSON that can be predicted for.
    pub example: String,
}

impl Served {
    /// What is said of the model of `run`.
    pub(crate) fn of(run: &str, predictor: &Predictor) -> Self {
        let of_images = predictor.input_shape().as_images();
        let text = predictor.text_column();
        let series = predictor.channels().zip(predictor.input_shape().as_series());
        let inputs = match (of_images, predictor.columns(), series) {
            _ if text.is_some() => json!({ "kind": "texts", "column": text }),
            (.., Some((channels, shape))) => json!({
                "kind": "series", "channels": channels, "longest": shape.longest, "window": predictor.window(),
            }),
            (Some([channels, height, width]), ..) => {
                json!({ "kind": "images", "channels": channels, "height": height, "width": width })
            }
            (None, columns, _) => {
                let columns: Vec<Value> = columns.unwrap_or_default().iter().map(column).collect();
                json!({ "kind": "table", "columns": columns })
            }
        };
        let mut description = Map::new();
        let mut set = |name: &str, value: Value| description.insert(name.to_owned(), value);
        set("kiln", env!("CARGO_PKG_VERSION").into());
        set("run", run.into());
        set("inputs", inputs);
        match (predictor.class_names(), predictor.target_names()) {
            (Some(classes), _) => set("classes", classes.into()),
            (None, names) => set("values", names.unwrap_or_default().into()),
        };
        set(
            "predict",
            json!({ "path": "/predict", "content_types": BodyKind::types(of_images.is_some()).collect::<Vec<_>>() }),
        );
        let example = match (of_images, text, series) {
            (Some(shape), ..) => image(shape),
            (None, Some(column), _) => json!({ column: "a text" }),
            (None, None, Some((channels, shape))) => {
                let steps = predictor.window().unwrap_or(shape.longest.min(EXAMPLE)).max(1);
                json!({ "series": vec![(0..steps).collect::<Vec<_>>(); channels.len()] })
            }
            (None, None, None) => record(predictor),
        };
        Self { description: Value::Object(description).to_string(), example: example.to_string() }
    }
}

fn column(column: &ColumnSchema) -> Value {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), column.name.as_str().into());
    let kind = match &column.kind {
        ColumnKind::Numeric => "number",
        ColumnKind::Categorical(_) => "category",
        ColumnKind::Dates(_) => "date",
        _ => "cell",
    };
    fields.insert("kind".to_owned(), kind.into());
    if let ColumnKind::Categorical(names) = &column.kind {
        let listed: Vec<&String> = names.iter().take(LISTED).collect();
        fields.insert("categories".to_owned(), json!(listed));
        if names.len() > LISTED {
            fields.insert("more".to_owned(), (names.len() - LISTED).into());
        }
    }
    Value::Object(fields)
}

/// A black image, without its channel where it is grey.
fn image([channels, height, width]: [usize; 3]) -> Value {
    let plane = vec![vec![0; width]; height];
    if channels == 1 { json!(plane) } else { json!(vec![plane; channels]) }
}

/// A record with a cell for each column: a number, a known category, a date; nothing where that would not do.
fn record(predictor: &Predictor) -> Value {
    let mut record = Map::new();
    let columns = predictor.columns().unwrap_or_default();
    for column in columns {
        record.insert(column.name.clone(), cell(column));
    }
    let cells: Vec<CellValue<'_>> = columns.iter().map(|column| value(record.get(&column.name))).collect();
    if predictor.prepare_rows(&[cells]).is_err() {
        record.values_mut().for_each(|cell| *cell = Value::Null);
    }
    Value::Object(record)
}

fn cell(column: &ColumnSchema) -> Value {
    match &column.kind {
        ColumnKind::Numeric => 1.into(),
        ColumnKind::Categorical(names) => names.first().map_or(Value::Null, |name| name.as_str().into()),
        ColumnKind::Dates(form) => {
            let written = ["2024-12-31", "31.12.2024", "12/31/2024", "31 Dec 2024"];
            let date = written.into_iter().find(|text| form.days(text).is_some());
            date.map_or(Value::Null, Value::from)
        }
        _ => Value::Null,
    }
}

fn value(cell: Option<&Value>) -> CellValue<'_> {
    match cell {
        Some(Value::Number(number)) => number.as_f64().into(),
        Some(Value::String(text)) => text.into(),
        _ => CellValue::Missing,
    }
}
