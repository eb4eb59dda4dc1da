//! Tables that are no plain CSV: packed ones, JSON lines, and formats that this build may not read.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Cases;
use crate::common::Place;

#[test]
fn tables() {
    let (mut cases, place) = (Cases::default(), Place::new());
    let lines = "{\"a\":1,\"y\":2}\n{\"a\":2,\"y\":3}\n{\"a\":4,\"y\":5}\n";
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(format!("a,y\n{}", "1,2\n2,3\n".repeat(50)).as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let torn = [&packed[..packed.len() - 8], &[0; 8]].concat();
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.csv.gz", packed[..packed.len() / 2].to_vec(), "a.csv.gz"),
        ("a.csv.gz", torn, "a.csv.gz"),
        ("a.csv.zst", b"\x28\xb5\x2f\xfd torn".to_vec(), "a.csv.zst"),
        ("a.jsonl", format!("{lines}[1]\n").into_bytes(), "a.jsonl:4: not a JSON object"),
        ("a.jsonl", format!("{lines}{{\"a\":[1]}}\n").into_bytes(), "a.jsonl:4: column \"a\" holds a list"),
        ("a.jsonl", [lines.as_bytes(), b"{\"a\":\"\xff\"}"].concat(), "a.jsonl:4: not a JSON object"),
        ("a.jsonl", vec![], "a.jsonl"),
        ("a.jsonl", vec![0; 4096], "a.jsonl:1: not a JSON object"),
    ];
    for (name, bytes, piece) in &files {
        place.write(name, bytes);
        cases.fails(&place, &format!("train {name} --target y"), 3, piece);
    }
    for (name, feature, has) in [
        ("a.parquet", "parquet", cfg!(feature = "parquet")),
        ("a.feather", "parquet", cfg!(feature = "parquet")),
        ("a.xlsx", "xlsx", cfg!(feature = "xlsx")),
        ("a.npy", "numpy", cfg!(feature = "numpy")),
        ("a.npz", "numpy", cfg!(feature = "numpy")),
    ] {
        place.write(name, "a,y\n1,2\n");
        let piece =
            if has { name.to_owned() } else { format!("cargo install --path . --features {feature}") };
        cases.fails(&place, &format!("train {name} --target y"), 3, &piece);
    }
    cases.end(13);
}
