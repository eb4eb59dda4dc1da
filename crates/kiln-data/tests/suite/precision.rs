//! Numbers keep their digits from the file to what is standardised, and what an older kiln began goes on as it took them.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::Seed;
use kiln_data::source::read_features;
use kiln_data::{
    CellValue, DataConfig, Dataset, Encode, Fingerprint, Fitted, Precision, Prepared, Preprocess, Rows,
    Source, Split, Target, TargetNumbers, TaskKind,
};

use crate::common::{fit_rows, fit_with, numeric, table, words};

/// Offsets in seconds, Unix times in seconds and in milliseconds: the same but for what is added to them.
const BASES: [f64; 3] = [0.0, 1_700_000_000.0, 1_700_000_000_000.0];

const ROWS: usize = 600;

/// A file with a time, a number that changes in another way and goes through zero, and a target that has an offset, too.
fn file(folder: &Path, base: f64) -> PathBuf {
    let path = folder.join(format!("{base}.csv"));
    let row = |i: usize| {
        format!("{},{},{}\n", base + i as f64, (i * 7 % 599) as f64 - 300.0, base + 2.0 * i as f64)
    };
    fs::write(&path, format!("time,other,y\n{}", (0..ROWS).map(row).collect::<String>())).unwrap();
    path
}

fn load(path: &Path) -> Dataset {
    let config = DataConfig {
        path: Some(path.to_owned()),
        task: Some(TaskKind::Regression),
        ..DataConfig::new("csv")
    };
    config.load().unwrap()
}

fn rows() -> Vec<usize> {
    (0..ROWS).collect()
}

#[test]
fn an_offset_changes_no_bit_of_what_is_standardised() {
    let folder = tempfile::tempdir().unwrap();
    let encoded = BASES.map(|base| {
        let data = load(&file(folder.path(), base));
        let fitted = fit_rows(&data, ROWS, true).unwrap();
        let inputs = fitted.input_numbers(&data.features, &rows()).unwrap();
        (inputs, fitted.target_numbers(&data.target, &rows()).unwrap())
    });
    assert_eq!(encoded[0], encoded[1]);
    assert_eq!(encoded[0], encoded[2]);
    let distinct: std::collections::BTreeSet<u32> =
        encoded[1].0.iter().step_by(2).map(|number| number.to_bits()).collect();
    assert_eq!(distinct.len(), ROWS);
}

#[test]
fn targets_come_back_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    for base in BASES {
        let data = load(&file(folder.path(), base));
        let fitted = fit_rows(&data, ROWS, true).unwrap();
        let TargetNumbers::Values { values, .. } = fitted.target_numbers(&data.target, &rows()).unwrap()
        else {
            panic!("classes")
        };
        let mut back = fitted.unscale(&values);
        for (row, back) in back.iter().enumerate() {
            assert!((back - (base + 2.0 * row as f64)).abs() < 1e-3, "{base}, {row}: {back}");
        }
        fitted.shorten(&mut back);
        let off = back.iter().enumerate().filter(|(row, back)| **back != base + 2.0 * *row as f64).count();
        // Of milliseconds f64 itself knows four digits behind the point, and what is scaled more.
        assert!(off == 0 || base > 1e12, "{base}: {off} have other digits");
        assert_eq!(data.target.numbers(7), [base + 14.0]);
    }
}

#[test]
fn cells_of_a_program_are_as_exact_as_those_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let milliseconds = 1_700_000_000_000;
    let fitted = fit_rows(&load(&file(folder.path(), milliseconds as f64)), ROWS, true).unwrap();
    let times = [milliseconds + 1, milliseconds + 2, milliseconds + 598];
    let new = folder.path().join("new.csv");
    let lines: String = times.iter().map(|time: &i64| format!("{time},1\n")).collect();
    fs::write(&new, format!("time,other\n{lines}")).unwrap();
    let (features, items) = read_features(&new, &fitted).unwrap();
    let of_file = fitted.input_numbers(&features, &(0..items).collect::<Vec<_>>()).unwrap();
    let numbers = |cell: &dyn Fn(i64) -> CellValue<'static>| {
        fitted.row_numbers(times.map(|time| [cell(time), CellValue::from(1)])).unwrap()
    };
    assert_eq!(numbers(&|time| time.into()), of_file);
    assert_eq!(numbers(&|time| (time as u64).into()), of_file);
    assert_eq!(numbers(&|time| (time as f64).into()), of_file);
    let texts = times.map(|time| time.to_string());
    let of_texts = texts.iter().map(|text| [CellValue::from(text), CellValue::from("1")]);
    assert_eq!(fitted.row_numbers(of_texts).unwrap(), of_file);
    assert!(of_file[0] < of_file[2]);
}

#[test]
fn categories_by_the_target_keep_the_digits_of_the_target() {
    let word = |row: usize| Some(["a", "b", "c"][row % 3]);
    let cells: Vec<_> = (0..60).map(word).collect();
    let encoded = |base: f64| {
        let mut data = table(vec![words("word", &cells), numeric("x", vec![1.0; 60])]);
        let values = (0..60).map(|row| base + (row % 3 * 10 + row % 7) as f64).collect();
        data.target = Target::Values { values, names: vec!["y".to_owned()] };
        let preprocess = Preprocess { standardize: true, encode: Encode::Target, ..Default::default() };
        fit_with(&data, 60, &preprocess).unwrap().input_numbers(&data.features, &[0, 1, 2]).unwrap()
    };
    for (near, far) in encoded(0.0).into_iter().zip(encoded(1_700_000_000.0)) {
        assert!((near - far).abs() < 1e-5, "{near}, {far}");
    }
}

#[test]
fn weights_keep_their_digits_until_a_batch_needs_them() {
    let weights = vec![1.0 + f64::EPSILON, 0.1, 0.0];
    let mut data = table(vec![numeric("x", vec![1.0, 2.0, 3.0])]);
    let bare = Dataset::new("bare", data.features.clone(), data.target.clone()).fingerprint;
    data.weights = Some(weights.clone());
    let fitted = fit_rows(&data, 3, true).unwrap();
    assert_eq!(fitted.weight_numbers(&data, &[0, 1, 2]).unwrap().unwrap(), [1.0, 0.1, 0.0]);
    let of = |weights: &[f64]| Fingerprint::of(&data.features, &data.target, &[], Some(weights));
    assert_ne!(of(&weights), of(&[1.0, 0.1, 0.0]));
    assert_ne!(of(&weights), bare);
    data.weights = Some(vec![1.0, 1e300, 1.0]);
    let error = fitted.weight_numbers(&data, &[0, 1]).unwrap_err();
    assert!(error.to_string().starts_with("row 1 has the weight 1000"), "{error}");
}

/// What kiln 0.1.0 fitted on iris, and the fingerprint that it gave the set.
const OLD_FIT: &str =
    include_str!("../../../../tests/golden/old_run/done/checkpoints/step-00000084/preprocess.json");
const OLD_IRIS: &str = "264b47179948e7eda2b9e2f6144a52fe9b3071628f471e08d22c203e2d67a707";

#[test]
fn what_an_older_kiln_fitted_is_fitted_again_bit_for_bit() {
    let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0)).unwrap();
    let old = Fingerprint::from(OLD_IRIS.to_owned());
    assert_eq!(iris.dataset.precision_of(&old), Some(Precision::Single));
    let digits = DataConfig::new("digits").load().unwrap();
    assert_eq!(digits.precision_of(&old), None);
    assert_eq!(digits.precision_of(&digits.fingerprint), Some(Precision::Double));
    let fit = |precision| {
        let preprocess = Preprocess { standardize: true, precision, ..Preprocess::default() };
        preprocess.fit(&iris.split.train_view(&iris.dataset)).unwrap()
    };
    let single = fit(Precision::Single);
    assert_eq!(serde_json::to_string(&single).unwrap(), OLD_FIT.trim_end());
    // Read back, it takes numbers as it did, and 5.1 is not the f32 next to it.
    let back: Fitted = serde_json::from_str(OLD_FIT).unwrap();
    assert_eq!(back, single);
    let numbers = |fitted: &Fitted| fitted.row_numbers([[5.1, 3.5, 1.4, 0.2].map(CellValue::from)]).unwrap();
    let scaled = (f64::from(5.1f32) - 5.880_555_550_257_365) / 0.843_324_359_776_402;
    assert_eq!(numbers(&back)[0], scaled as f32);
    assert_ne!(numbers(&back), numbers(&fit(Precision::Double)));
}

#[test]
fn an_older_fit_of_target_numbers_knows_its_training_part() {
    // Nothing of it is f32, and the weights were not looked at.
    let mut data =
        table(vec![words("w", &[Some("a"), Some("b"), Some("a"), Some("b")]), numeric("x", vec![0.1; 4])]);
    data.target = Target::Values { values: vec![0.1, 0.7, 0.3, 1.3], names: vec!["y".to_owned()] };
    data.weights = Some(vec![1.0, 3.0, 1.0, 1.0]);
    let split = Split { train: (0..4).collect(), ..Split::default() };
    let by_target = Preprocess { encode: Encode::Target, ..Preprocess::default() };
    let single =
        Preprocess { precision: Precision::Single, ..by_target }.fit(&split.train_view(&data)).unwrap();
    let stored = serde_json::to_string(&single).unwrap();
    assert!(!stored.contains("precision"), "{stored}");
    let back: Fitted = serde_json::from_str(&stored).unwrap();
    assert_eq!(back, single);
    let view = split.train_view(&data);
    assert_eq!(
        back.train_numbers(&view, &split.train).unwrap(),
        single.train_numbers(&view, &split.train).unwrap()
    );
    let double = by_target.fit(&view).unwrap();
    assert_ne!(
        double.input_numbers(&data.features, &[0]).unwrap(),
        back.input_numbers(&data.features, &[0]).unwrap()
    );
    let source = |fitted: Fitted| Rows::training(data.clone().into(), &split, fitted.into()).fingerprint();
    assert_ne!(source(double), source(back));
}

#[test]
fn numbers_that_differ_past_f32_are_other_data() {
    let of = |x: f64, y: f64| {
        let mut data = table(vec![numeric("x", vec![x, 1.0])]);
        data.target = Target::Values { values: vec![y, 0.5], names: vec!["y".to_owned()] };
        Dataset::new("made", data.features, data.target)
    };
    let (seconds, later) = (1_700_000_000.0, 1_700_000_001.0);
    let base = of(seconds, seconds);
    for other in [of(later, seconds), of(seconds, later)] {
        assert_ne!(other.fingerprint, base.fingerprint);
        assert_eq!(base.precision_of(&other.fingerprint), None);
    }
}
