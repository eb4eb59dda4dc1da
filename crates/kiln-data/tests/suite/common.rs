//! Small data sets made by hand.

use std::collections::BTreeMap;

use kiln_data::{
    Batch, Column, DataError, Dataset, Features, Fitted, MISSING, Preprocess, Split, Target, Values,
};
use kiln_testkit::device;

pub(crate) fn numeric(name: &str, cells: Vec<f64>) -> Column {
    Column { name: name.to_owned(), values: Values::Numeric(cells) }
}

/// A column of words, numbered in the order in which they first come; `None` is missing.
pub(crate) fn words(name: &str, cells: &[Option<&str>]) -> Column {
    let (mut names, mut seen) = (Vec::new(), BTreeMap::new());
    let codes = cells
        .iter()
        .map(|cell| {
            cell.map_or(MISSING, |word| {
                *seen.entry(word).or_insert_with(|| {
                    names.push(word.to_owned());
                    names.len() as u32 - 1
                })
            })
        })
        .collect();
    Column { name: name.to_owned(), values: Values::Categorical { codes, names } }
}

pub(crate) fn dataset(features: Features, target: Target) -> Dataset {
    Dataset::new("made", features, target)
}

pub(crate) fn classes(n: usize) -> Target {
    Target::Classes { labels: vec![0; n], names: vec!["a".to_owned(), "b".to_owned()] }
}

pub(crate) fn table(columns: Vec<Column>) -> Dataset {
    let n = columns[0].values.len();
    dataset(Features::Table(columns), classes(n))
}

#[allow(dead_code)] // not every file of tests needs it
pub(crate) fn fit_rows(data: &Dataset, train: usize, standardize: bool) -> Result<Fitted, DataError> {
    fit_with(data, train, &Preprocess { standardize, ..Preprocess::default() })
}

pub(crate) fn fit_with(data: &Dataset, train: usize, preprocess: &Preprocess) -> Result<Fitted, DataError> {
    let split = Split { train: (0..train).collect(), ..Split::default() };
    preprocess.fit(&split.train_view(data))
}

pub(crate) fn batch(fitted: &Fitted, data: &Dataset, rows: &[usize]) -> Result<Batch, DataError> {
    fitted.batch(data, rows, &device())
}

pub(crate) fn inputs(batch: &Batch) -> Vec<f32> {
    batch.inputs.clone().flat().into_data().try_to_vec().unwrap()
}
