//! What the readers read: bundled sets against scikit-learn, each format as its users write it, and each broken in
//! every way: a clear error of the right kind that names the file and the place, and whatever the bytes, no panic.

mod bundled;
mod csv;
mod csv_broken;
mod fuzz;
mod idx;
mod idx_broken;
mod images;
mod images_broken;
mod images_csv;
mod kinds;
mod photos;
mod predict;
mod roles;
mod settings;

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use kiln_core::{ErrorKind, Explain};
use kiln_data::{DataConfig, DataError, Dataset, Features, Target, Values};
use tempfile::TempDir;

pub(crate) fn with(source: &str, path: &Path, set: impl FnOnce(&mut DataConfig)) -> Dataset {
    let mut config = DataConfig { path: Some(path.to_owned()), ..DataConfig::new(source) };
    set(&mut config);
    config.load().unwrap()
}

pub(crate) fn load_from(source: &str, path: &Path) -> Dataset {
    with(source, path, |_| {})
}

pub(crate) fn classes(data: &Dataset) -> (&[u32], &[String]) {
    match &data.target {
        Target::Classes { labels, names } => (labels, names),
        other => panic!("{}", other.noun()),
    }
}

pub(crate) fn count(labels: impl IntoIterator<Item = u32>, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    labels.into_iter().for_each(|label| counts[label as usize] += 1);
    counts
}

pub(crate) fn numbers<'a>(data: &'a Features, name: &str) -> &'a [f64] {
    let Features::Table(columns) = data else { panic!("images") };
    match &columns.iter().find(|column| column.name == name).unwrap().values {
        Values::Numeric(values) => values,
        _ => panic!("categories"),
    }
}

pub(crate) fn categories<'a>(data: &'a Features, name: &str) -> (&'a [u32], &'a [String]) {
    let Features::Table(columns) = data else { panic!("images") };
    match &columns.iter().find(|column| column.name == name).unwrap().values {
        Values::Categorical { codes, names } => (codes, names),
        _ => panic!("numbers"),
    }
}

pub(crate) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// The message with the folder of the test taken out, and that every error has the right kind.
pub(crate) fn message(folder: &TempDir, error: &DataError, kind: ErrorKind) -> String {
    assert_eq!(error.kind(), kind, "{error}");
    if let Some(place) = error.position() {
        assert!(error.to_string().starts_with(&place.to_string()));
    }
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

pub(crate) fn csv_config(path: &Path) -> DataConfig {
    DataConfig { path: Some(path.to_owned()), ..DataConfig::new("csv") }
}

pub(crate) fn idx_file(magic: [u8; 4], dims: &[u32], contents: &[u8]) -> Vec<u8> {
    let mut file = magic.to_vec();
    dims.iter().for_each(|dim| file.extend(dim.to_be_bytes()));
    file.extend_from_slice(contents);
    file
}

pub(crate) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
