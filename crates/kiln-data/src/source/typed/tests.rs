//! Every format that this build reads as pandas, NumPy and Python read it: the files and what they hold are made by tests/golden/formats/make.py.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{FORMATS, Format};
use crate::source::table::RowPlace;
use crate::{CellValue, DateForm};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/formats")
}

/// The format of a file.
fn of(path: &Path) -> &'static Format {
    FORMATS.iter().find(|format| format.is_of(path)).unwrap()
}

/// Whether a cell is what is expected.
fn same(cell: &CellValue<'_>, expected: &Value) -> bool {
    match (cell, expected) {
        (CellValue::Missing, Value::Null) => true,
        (CellValue::Number(number), Value::Null) => number.is_nan(),
        (CellValue::Number(number), Value::Number(expected)) => {
            expected.as_f64().is_some_and(|expected| expected.to_bits() == number.to_bits())
        }
        // A moment may have more zeros.
        (CellValue::Text(text), Value::String(expected)) => {
            let days = |text: &str| DateForm::YearFirst.days(text).filter(|_| text.contains('T'));
            text == expected || days(text).is_some_and(|day| Some(day) == days(expected))
        }
        _ => false,
    }
}

#[test]
fn every_cell_is_what_other_readers_read() {
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder().join("expected.json")).unwrap()).unwrap();
    let mut read = 0;
    for (name, expected) in expected.as_object().unwrap() {
        let path = folder().join(name);
        let table = match of(&path).table(&path) {
            Ok(table) => table,
            Err(error) if error.to_string().contains("this build of kiln reads no") => continue,
            Err(error) => panic!("{name}: {error}"),
        };
        let names: Vec<&str> =
            expected["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(table.names(), names, "{name}");
        let rows = expected["rows"].as_array().unwrap();
        // As often as it is read.
        for _ in 0..2 {
            let mut count = 0;
            let mut each = |place: RowPlace, cells: &[CellValue<'_>]| {
                let expected = rows[count].as_array().unwrap();
                count += 1;
                assert_eq!((place.row, cells.len()), (count, expected.len()), "{name}");
                for ((cell, expected), column) in cells.iter().zip(expected).zip(&names) {
                    assert!(same(cell, expected), "{name}, row {count}, {column}: {cell:?} and {expected}");
                }
                Ok(())
            };
            table.rows(&mut each).unwrap();
            assert_eq!(count, rows.len(), "{name}");
        }
        read += 1;
    }
    // All, or those that need no feature.
    let least = if cfg!(all(feature = "numpy", feature = "parquet", feature = "xlsx")) { 17 } else { 2 };
    assert!(read >= least, "{read}");
}
