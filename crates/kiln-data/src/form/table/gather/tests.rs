//! Columns on disk are those that were written.

use std::path::Path;

use super::super::stored::{CellBlock, ColumnStore};
use super::*;
use crate::cache::CacheFolder;
use crate::{DataConfig, Dataset, Encode, Features, Preprocess, Rows, Split, Target};

fn folder(place: &Path, limit: Option<f64>) -> CacheFolder {
    let cache = Some(place.to_owned());
    CacheFolder::of(&DataConfig { cache, cache_limit: limit, ..DataConfig::new("csv") }).unwrap().unwrap()
}

/// 100,000 rows, in blocks of different lengths: numbers, and categories whose codes changed.
fn columns(folder: &CacheFolder) -> [Vec<Column>; 2] {
    const ROWS: usize = 100_000;
    let numbers: Vec<f64> = (0..ROWS).map(|row| 1.7e9 + row as f64 / 3.0).collect();
    let numbers = [vec![f64::NAN, -0.0, f64::MAX], numbers[3..].to_vec()].concat();
    let codes: Vec<u32> = (0..ROWS).map(|row| if row % 7 == 0 { MISSING } else { row as u32 % 3 }).collect();
    let store = Arc::new(ColumnStore::new(folder, 2, ROWS).unwrap().unwrap());
    let mut first = 0;
    for length in [1, 4095, 0, 65_536, ROWS] {
        let rows = first..ROWS.min(first + length);
        let blocks = [CellBlock::Numbers(&numbers[rows.clone()]), CellBlock::Codes(1, &codes[rows.clone()])];
        store.write(first, &blocks).unwrap();
        first = rows.end;
    }
    let names = ["a", "b", "c"].map(str::to_owned).to_vec();
    let now = vec![2, 0, 1];
    let renumbered = codes.iter().map(|&code| now.get(code as usize).copied().unwrap_or(MISSING)).collect();
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    let stored = StoredCells::Categories { codes: vec![vec![], now.clone()], names: names.clone() };
    [
        vec![
            column("x", Values::Stored(store.column(0, StoredCells::Numbers))),
            column("word", Values::Stored(store.column(1, stored))),
        ],
        vec![
            column("x", Values::Numeric(numbers)),
            column("word", Values::Categorical { codes: renumbered, names }),
        ],
    ]
}

/// NaN is no number, so bits are compared.
fn bits(values: &Values) -> (Vec<u64>, Vec<String>) {
    match values {
        Values::Numeric(cells) => (cells.iter().map(|cell| cell.to_bits()).collect(), Vec::new()),
        Values::Categorical { codes, names } => {
            (codes.iter().copied().map(u64::from).collect(), names.clone())
        }
        Values::Stored(_) => bits(&values.loaded().unwrap()),
        Values::Dates { days, .. } => (days.iter().map(|day| day.to_bits()).collect(), Vec::new()),
    }
}

#[test]
fn what_is_read_is_what_was_written() {
    let place = tempfile::tempdir().unwrap();
    let [stored, held] = columns(&folder(place.path(), None));
    for (stored, held) in stored.iter().zip(&held) {
        assert_eq!(bits(&stored.values), bits(&held.values));
        assert_eq!(stored.values.len(), held.values.len());
    }
    let rows = [99_999, 0, 2, 1, 5000, 0];
    let some = gathered(&stored, &rows).unwrap().unwrap();
    for (some, held) in some.iter().zip(&held) {
        let all = bits(&held.values).0;
        assert_eq!(bits(&some.values).0, rows.map(|row| all[row]));
    }
    // Columns in memory beside those on disk.
    let mixed = [held[0].clone(), stored[1].clone()];
    let mixed = gathered(&mixed, &rows).unwrap().unwrap();
    assert_eq!(
        mixed.iter().map(|c| bits(&c.values)).collect::<Vec<_>>(),
        some.iter().map(|c| bits(&c.values)).collect::<Vec<_>>()
    );
    assert!(gathered(&held, &rows).unwrap().is_none());
    // Nothing is left for a kill to leave.
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn rows_may_be_picked_and_picked_again() {
    let place = tempfile::tempdir().unwrap();
    let [stored, held] = columns(&folder(place.path(), None));
    let Values::Stored(words) = &stored[1].values else { panic!("in memory") };
    let reversed: Vec<usize> = (0..100_000).rev().collect();
    let some = Arc::new(words.store().pick(&reversed).pick(&[0, 99_999, 7]));
    let all = bits(&held[1].values).0;
    let expected = [all[99_999], all[0], all[99_992]];
    let picked = Values::Stored(words.of(&some));
    assert_eq!((bits(&picked).0, picked.len()), (expected.to_vec(), 3));
    let column = Column { name: "word".to_owned(), values: picked };
    let rows = gathered(&[column], &[2, 0]).unwrap().unwrap();
    assert_eq!(bits(&rows[0].values).0, [expected[2], expected[0]]);
}

#[test]
fn a_stored_table_is_fitted_and_encoded_as_one_in_memory() {
    let place = tempfile::tempdir().unwrap();
    let names = ["even", "odd"].map(str::to_owned).to_vec();
    let data = columns(&folder(place.path(), None)).map(|columns| {
        let labels = (0..100_000).map(|row: u32| (row / 3 + row / 7) % 2).collect();
        let target = Target::Classes { labels, names: names.clone() };
        Arc::new(Dataset::new("made", Features::Table(columns), target))
    });
    let [stored, held] = &data;
    assert_eq!(stored.fingerprint, held.fingerprint);
    let split = Split { train: (3..80_000).step_by(3).collect(), ..Split::default() };
    for encode in [Encode::OneHot, Encode::Target] {
        let preprocess = Preprocess { standardize: true, encode, ..Preprocess::default() };
        let [stored, held] = data.each_ref().map(|data| {
            let fitted = Arc::new(preprocess.fit(&split.train_view(data)).unwrap());
            let train = Rows::training(Arc::clone(data), &split, Arc::clone(&fitted));
            let rows = [split.train[77], split.train[3], 79_998];
            let numbers = train.input_numbers(&rows).unwrap().into_iter();
            let judged = fitted.input_numbers(&data.features, &[99_999, 4]).unwrap();
            let bits: Vec<u32> = numbers.chain(judged).map(f32::to_bits).collect();
            (serde_json::to_string(&*fitted).unwrap(), bits)
        });
        assert_eq!(stored, held);
    }
}

#[test]
fn a_table_beyond_the_limit_is_not_stored() {
    let place = tempfile::tempdir().unwrap();
    let mib = folder(place.path(), Some(1.0 / 1024.0));
    assert!(ColumnStore::new(&mib, 8, 8192).unwrap().is_some());
    assert!(ColumnStore::new(&mib, 8, 8193).unwrap().is_none());
    assert!(ColumnStore::new(&mib, usize::MAX, 3).unwrap().is_none());
}
