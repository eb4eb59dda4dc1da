//! Training, prediction, evaluation and validation on one table in every format, and what is refused.

use std::fs;
use std::path::Path;

use crate::common::{Place, train};

const FORMATS: [(&str, &str); 7] = [
    ("csv", "homes.csv"),
    ("json-lines", "homes.jsonl"),
    ("parquet", "homes.parquet"),
    ("arrow", "homes.feather"),
    ("xlsx", "homes.xlsx"),
    ("npy", "homes.npy"),
    ("npz", "homes.npz"),
];

fn golden(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/formats").join(name)).unwrap()
}

#[test]
fn every_format_is_the_same_table() {
    let place = Place::new();
    for (_, file) in FORMATS {
        place.write(file, golden(file));
    }
    let weights = |file: &str| {
        train(&place, &format!("{file} --target price train.epochs=3 --seed 1"))["weights_blake3"].clone()
    };
    let expected = weights("homes.csv");
    let predicted = |file: &str| place.ok(&format!("predict last {file} --keep kind")).stdout;
    let measured =
        |file: &str| place.ok(&format!("eval last --data {file} --json -q")).last_event()["metrics"].clone();
    let (predictions, metrics) = (predicted("homes.csv"), measured("homes.csv"));
    for (source, file) in &FORMATS[1..] {
        assert_eq!(weights(file), expected, "{file}");
        assert_eq!(predicted(file), predictions, "{file}");
        assert_eq!(measured(file), metrics, "{file}");
        let info = place.ok(&format!("data info {file} data.target=price")).stdout;
        assert!(info.contains("area") && info.contains("items        60"), "{source}: {info}");
        assert!(place.ok("data list").stdout.contains(source), "{source}");
    }
    // What kiln writes it reads, too.
    place.ok("predict last homes.parquet --keep kind -o out.parquet -q");
    place.ok("data info out.parquet");
    place.ok("cv homes.parquet --target price train.epochs=1 --folds 3 -q");
}

#[test]
fn damaged_files_are_named_and_exit_with_3() {
    let place = Place::new();
    for (_, file) in &FORMATS[2..] {
        let whole = golden(file);
        for (what, bytes) in [
            ("cut", &whole[..whole.len() / 2]),
            ("empty", &[][..]),
            ("a page of the web", &b"<html><body>404 Not Found</body></html>"[..]),
        ] {
            place.write(file, bytes);
            let ran = place.fails(&format!("train {file} --target price"), 3, file);
            assert!(!ran.stderr.contains("panic"), "{file}, {what}: {}", ran.stderr);
        }
    }
}
