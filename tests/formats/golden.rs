//! Every cell is what pandas, NumPy and Python read: the files and what they hold are made by tests/golden/formats/make.py.

use std::path::Path;

use kiln::data::{Column, DataConfig, DateForm, Features, MISSING, Target, Values};
use serde_json::Value;

use crate::common::json;

/// Whether a cell of a column is what is expected.
fn same(values: &Values, row: usize, expected: &Value) -> bool {
    match (values, expected) {
        (Values::Numeric(cells), Value::Null) => cells[row].is_nan(),
        (Values::Numeric(cells), Value::Number(number)) => {
            number.as_f64().is_some_and(|number| number.to_bits() == cells[row].to_bits())
        }
        // Digits of a decimal, and whole numbers that f64 has only the nearest of.
        (Values::Numeric(cells), Value::String(text)) => text.parse() == Ok(cells[row]),
        (Values::Categorical { codes, .. }, Value::Null) => codes[row] == MISSING,
        (Values::Categorical { codes, names }, Value::String(text)) => {
            names.get(codes[row] as usize) == Some(text)
        }
        (Values::Dates { days, .. }, Value::Null) => days[row].is_nan(),
        (Values::Dates { days, .. }, Value::String(text)) => {
            DateForm::YearFirst.days(text) == Some(days[row])
        }
        _ => false,
    }
}

#[test]
fn every_cell_is_what_other_readers_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/formats");
    let all = json(&folder.join("expected.json"));
    let mut compared = 0;
    for (file, expected) in all.as_object().unwrap() {
        let path = folder.join(file);
        let names: Vec<&str> =
            expected["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let rows: Vec<&Value> = expected["rows"].as_array().unwrap().iter().collect();
        if rows.len() < 12 {
            continue;
        }
        // A column of numbers that are all there.
        let numeric = |column: usize| rows.iter().all(|row| row[column].is_number());
        let target = (0..names.len()).rev().find(|column| numeric(*column)).unwrap();
        let mut config = DataConfig::new(kiln::data::source::recognise(&path).unwrap());
        config.path = Some(path);
        config.target = vec![names[target].to_owned()];
        config.task = Some(kiln::data::TaskKind::Regression);
        let data = config.load().unwrap_or_else(|error| panic!("{file}: {error}"));
        let Features::Table(columns) = &data.features else { panic!("{file}: {:?}", data.features) };
        let Target::Values { values, .. } = &data.target else { panic!("{file}: {:?}", data.target) };
        for (row, expected) in rows.iter().enumerate() {
            assert_eq!(expected[target].as_f64(), Some(values[row]), "{file}, row {row}, the target");
            for Column { name, values, .. } in columns {
                let expected = &expected[names.iter().position(|of| of == name).unwrap()];
                assert!(same(values, row, expected), "{file}, row {row}, {name}: {values:?} and {expected}");
                compared += 1;
            }
        }
    }
    assert!(compared > 800, "{compared}");
}
