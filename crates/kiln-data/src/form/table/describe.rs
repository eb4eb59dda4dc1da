//! What `kiln data info` shows of the columns of a table.

use serde_json::{Value, json};

use crate::description::{Cell, Description, Summary, Table};
use crate::{Column, MISSING, Values};

pub(super) fn columns(columns: &[Column]) -> Description {
    let mut table = Table::new(["column", "kind"], ["missing", "least", "mean", "greatest"]);
    let mut json = Vec::new();
    for column in columns {
        let (line, value) = describe(column);
        table.rows.push(line);
        json.push(value);
    }
    Description {
        summary: format!("{} columns", columns.len()),
        bytes: None,
        json: json!({ "columns": json }),
        table: Some(table),
    }
}

fn describe(column: &Column) -> (Vec<Cell>, Value) {
    let name = &column.name;
    let Ok(values) = column.values.loaded() else {
        let kind = Cell::Text("cannot be read".to_owned());
        return (vec![Cell::Text(name.clone()), kind], json!({ "name": name, "kind": null }));
    };
    match &*values {
        Values::Stored(_) => (vec![Cell::Text(name.clone())], json!({ "name": name })),
        Values::Numeric(values) => {
            let summary = Summary::of(values.iter().copied());
            let kind = Cell::Text("numbers".to_owned());
            let line = [Cell::Text(name.clone()), kind, Cell::Count(summary.missing)];
            let json = json!({ "name": name, "kind": "numeric", "missing": summary.missing });
            (line.into_iter().chain(summary.cells()).collect(), json)
        }
        Values::Categorical { codes, names } => {
            let missing = codes.iter().filter(|code| **code == MISSING).count() as u64;
            let kind = Cell::Text(format!("{} categories", names.len()));
            let json =
                json!({ "name": name, "kind": "categorical", "missing": missing, "categories": names });
            (vec![Cell::Text(name.clone()), kind, Cell::Count(missing)], json)
        }
        Values::Dates { days, form } => {
            let missing = days.iter().filter(|day| day.is_nan()).count() as u64;
            let kind = Cell::Text(format!("dates, {}", form.order()));
            let json = json!({ "name": name, "kind": "dates", "missing": missing, "form": form });
            (vec![Cell::Text(name.clone()), kind, Cell::Count(missing)], json)
        }
    }
}
