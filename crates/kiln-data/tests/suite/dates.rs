//! Dates are those that pandas reads, and their parts are the columns that a model gets.

use std::fs;

use kiln_core::Seed;
use kiln_data::{DataConfig, DateForm, Prepared};
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/dates.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn dates_are_those_of_pandas() {
    for (name, rows) in golden().as_object().unwrap() {
        let form: DateForm = serde_json::from_value(name.as_str().into()).unwrap();
        for row in rows.as_array().unwrap() {
            let (text, days) = (row["text"].as_str().unwrap(), row["days"].as_f64().unwrap());
            let found = form.days(text).unwrap_or(f64::NAN);
            assert!((found - days).abs() < 1e-9, "{text}: {found}, not {days}");
        }
    }
}

#[test]
fn a_column_of_dates_is_found_and_becomes_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows) in golden().as_object().unwrap() {
        let rows = rows.as_array().unwrap();
        let lines: String = rows
            .iter()
            .enumerate()
            .map(|(index, row)| format!("\"{}\",{}\n", row["text"].as_str().unwrap(), index % 2))
            .collect();
        let path = folder.path().join("dates.csv");
        fs::write(&path, format!("when,y\n{lines}")).unwrap();
        let config = DataConfig { path: Some(path), standardize: false, ..DataConfig::new("csv") };
        let prepared = Prepared::load(&config, Seed::new(0)).unwrap();
        let all: Vec<usize> = (0..rows.len()).collect();
        let numbers = prepared.fitted.input_numbers(&prepared.dataset.features, &all).unwrap();
        for (row, found) in rows.iter().zip(numbers.chunks(4)) {
            let parts: Vec<f32> =
                row["parts"].as_array().unwrap().iter().map(|part| part.as_f64().unwrap() as f32).collect();
            assert_eq!(found[..3], parts, "{name}: {}", row["text"]);
            let days = row["days"].as_f64().unwrap() as f32;
            assert!((found[3] - days).abs() <= 0.01, "{name}: {}", row["text"]);
        }
    }
}
