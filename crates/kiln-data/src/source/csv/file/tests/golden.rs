//! Small files in every dialect, against what pandas reads when it is told how each is written (`tests/golden/dialects.py`).

use std::path::Path;

use serde::Deserialize;

use super::super::*;
use crate::cell::Marks;
use crate::source::table::{Fill, ReadAs, Survey, fill};
use crate::{MISSING, Values};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    file: String,
    settings: Settings,
    columns: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Settings {
    missing: Option<Vec<String>>,
    decimal: Option<Decimal>,
}

#[test]
fn every_dialect_is_read_as_pandas_reads_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let text = std::fs::read(folder.join("dialects.json")).unwrap();
    let Golden { cases } = serde_json::from_slice(&text).unwrap();
    assert!(cases.len() >= 60);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = read(&folder.join("dialects").join(&case.file), &case.settings);
            let found = match found {
                Ok(found) if found == case.columns => return None,
                Ok(found) => serde_json::Value::Object(found).to_string(),
                Err(error) => error.to_string(),
            };
            Some(format!("{}: {found}", case.file))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The columns by name, as the golden file has them.
fn read(path: &Path, settings: &Settings) -> Result<serde_json::Map<String, serde_json::Value>, DataError> {
    let file = CsvFile::open(path)?.with_decimal(settings.decimal);
    let names = file.names();
    let survey = Survey::of(&file, &vec![true; names.len()], Marks::new(settings.missing.as_deref()))?;
    let mut fills = Vec::new();
    for (column, name) in names.iter().enumerate() {
        fills.push(match survey.read_as(column, file.decimal()) {
            ReadAs::Numbers(decimal) if !name.is_empty() => {
                survey.check_numbers(&file, column, decimal)?;
                Fill::Numbers(decimal)
            }
            _ => Fill::Texts,
        });
    }
    let columns = fill(&file, &survey, &fills)?;
    let column = |(name, values): (&String, Option<Values>)| {
        let (kind, values) = match values {
            Some(Values::Numeric(numbers)) => {
                let cell = |number: &f64| if number.is_nan() { None } else { Some(*number) };
                ("numbers", serde_json::json!(numbers.iter().map(cell).collect::<Vec<_>>()))
            }
            Some(Values::Categorical { codes, names }) => {
                let cell = |code: &u32| (*code != MISSING).then(|| names[*code as usize].clone());
                let kind = if name.is_empty() { "index" } else { "texts" };
                (kind, serde_json::json!(codes.iter().map(cell).collect::<Vec<_>>()))
            }
            _ => ("nothing", serde_json::Value::Null),
        };
        (name.clone(), serde_json::json!({ "kind": kind, "values": values }))
    };
    Ok(names.iter().zip(columns).map(column).collect())
}
