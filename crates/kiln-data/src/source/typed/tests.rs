//! Every format as NumPy and Python read it: the files and what they hold are made by tests/golden/formats/make.py.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{FORMATS, Format};
use crate::source::table::RowPlace;
use crate::{CellValue, DataError};

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
        (CellValue::Text(text), Value::String(expected)) => text == expected,
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
            // Packed files need the feature `gzip`.
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
    assert!(read >= 9, "{read}");
}

/// Reads a file called `name` of these bytes to its end.
fn read(name: &str, bytes: &[u8]) -> Result<usize, DataError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut rows = 0;
    of(&path).table(&path)?.rows(&mut |_, _| {
        rows += 1;
        Ok(())
    })?;
    Ok(rows)
}

/// The bytes with others at a place.
fn patched(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + with.len()].copy_from_slice(with);
    bytes
}

fn place(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|window| window == of).unwrap()
}

/// A header of an array with the items behind it.
fn array(header: &str, items: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), items].concat()
}

#[test]
fn malformed_arrays_and_archives_are_named() {
    let golden = |name: &str| std::fs::read(folder().join(name)).unwrap();
    let (matrix, records) = (golden("matrix.npy"), golden("records.npy"));
    let (stored, packed) = (golden("stored.npz"), golden("packed.npz"));
    let mut cases: Vec<(&str, String, Vec<u8>)> = Vec::new();
    for (name, bytes) in [("a.npy", &matrix), ("b.npy", &records), ("c.npz", &stored), ("d.npz", &packed)] {
        let length = bytes.len();
        for end in [0, 1, 5, 7, 9, 11, 40, length / 3, length / 2, length * 3 / 4, length - 9, length - 1] {
            cases.push((name, format!("cut at {end}"), bytes[..end].to_vec()));
        }
        cases.push((name, "a byte before it".to_owned(), [b"x", &bytes[..]].concat()));
        cases.push((name, "zeros".to_owned(), vec![0; 4096]));
        cases.push((name, "words".to_owned(), b"a,b\n1,2\n".to_vec()));
    }
    cases.push(("a.npy", "a byte behind it".to_owned(), [&matrix[..], b"x"].concat()));
    for (what, header) in [
        ("no header", ""),
        ("no dict", "3"),
        ("no shape", "{'descr': '<f8', 'fortran_order': False}"),
        ("no rows", "{'descr': '<f8', 'fortran_order': False, 'shape': ()}"),
        ("three dimensions", "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2, 2)}"),
        ("objects", "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2)}"),
        ("complex numbers", "{'descr': '<c16', 'fortran_order': False, 'shape': (2, 2)}"),
        ("days", "{'descr': '<M8[D]', 'fortran_order': False, 'shape': (2, 2)}"),
        ("too many rows", "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 2)}"),
        (
            "rows beyond counting",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999999, 9999999999)}",
        ),
        ("rows without bytes", "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999999999, 0)}"),
        (
            "items without bytes",
            "{'descr': '|S0', 'fortran_order': False, 'shape': (9999999999999999999, 1)}",
        ),
        ("too many columns", "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 999999)}"),
        ("texts without an end", "{'descr': '<U999999999999', 'fortran_order': False, 'shape': (2, 2)}"),
        ("a record in a record", "{'descr': [('a', [('b', '<f8')])], 'fortran_order': False, 'shape': (2,)}"),
        (
            "columns of one name",
            "{'descr': [('a', '<f8'), ('a', '<f8')], 'fortran_order': False, 'shape': (2,)}",
        ),
        ("half an escape", "{'descr': [('a\\\\x41', '<f8')], 'fortran_order': False, 'shape': (4,)}"),
    ] {
        cases.push(("a.npy", what.to_owned(), array(header, &[0; 32])));
    }
    let text = "{'descr': '<U1', 'fortran_order': False, 'shape': (2, 1)}";
    cases.push(("a.npy", "no characters".to_owned(), array(text, &[0, 0xd8, 0, 0, 65, 0, 0, 0])));
    let bytes = "{'descr': '|S2', 'fortran_order': False, 'shape': (2, 1)}";
    cases.push(("a.npy", "no text".to_owned(), array(bytes, &[0xff, 0xfe, 65, 66])));
    for (name, whole) in [("c.npz", &stored), ("d.npz", &packed)] {
        let (directory, end) = (place(whole, b"PK\x01\x02"), place(whole, b"PK\x05\x06"));
        for (what, at, with) in [
            ("a file that is not where it should be", 0, &b"PK\x03\x05"[..]),
            ("another method", directory + 10, &[99, 0]),
            ("encrypted", directory + 8, &[1, 0]),
            ("another sum", directory + 16, &[1, 2, 3, 4]),
            ("a size beyond the file", directory + 20, &[0xfe, 0xff, 0xff, 0x7f]),
            ("contents beyond the file", directory + 24, &[0xfe, 0xff, 0xff, 0x7f]),
            ("a place beyond the file", directory + 42, &[0xfe, 0xff, 0xff, 0x7f]),
            ("a name beyond the directory", directory + 28, &[0xff, 0xff]),
            ("a directory beyond the file", end + 16, &[0xfe, 0xff, 0xff, 0x7f]),
            ("a directory without an end", end + 12, &[0xfe, 0xff, 0xff, 0x7f]),
            ("a large archive without an end", end + 16, &[0xff, 0xff, 0xff, 0xff]),
            ("torn contents", 80, &[0x55; 40]),
        ] {
            cases.push((name, what.to_owned(), patched(whole, at, with)));
        }
    }
    let mut wrong = Vec::new();
    for (name, what, bytes) in &cases {
        match read(name, bytes) {
            Ok(rows) => wrong.push(format!("{name}, {what}: {rows} rows")),
            Err(error) if !error.to_string().contains(name) || !is_data(&error) => {
                wrong.push(format!("{name}, {what}: {error}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 100, "{}", cases.len());
}

/// Whether an error says that the data are wrong, and not the machine.
fn is_data(error: &DataError) -> bool {
    use kiln_core::{ErrorKind, Explain};
    error.kind() == ErrorKind::Data
}

#[test]
fn whatever_the_bytes_there_is_no_panic() {
    for name in ["matrix.npy", "fortran.npy", "records.npy", "stored.npz", "packed.npz", "table.jsonl"] {
        let whole = std::fs::read(folder().join(name)).unwrap();
        for trial in 0..200u64 {
            let seed = kiln_core::Seed::new(2026).at(trial);
            let reach = if trial % 2 == 0 { 128 } else { whole.len() as u64 };
            let mut bytes = whole.clone();
            for change in 0..1 + trial % 3 {
                let at = seed.bits(2 * change) % reach;
                bytes[at as usize] = seed.bits(2 * change + 1) as u8;
            }
            if let Err(error) = read(name, &bytes) {
                assert!(is_data(&error) && error.to_string().contains(name), "{name}, {trial}: {error}");
            }
        }
    }
}
