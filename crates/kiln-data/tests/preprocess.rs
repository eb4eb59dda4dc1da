//! Preprocessing against scikit-learn (`tests/golden/preprocess.py`), and what it refuses.

use std::collections::BTreeMap;

use kiln_core::{ErrorKind, Explain};
use kiln_data::{
    Batch, Column, ColumnKind, DataError, Dataset, Features, Fitted, Images, Inconsistency, InputShape,
    Inputs, MISSING, Mismatch, Preprocess, Split, Target, Targets, Values,
};
use kiln_testkit::device;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../tests/golden/preprocess.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

fn numeric(name: &str, cells: Vec<f32>) -> Column {
    Column { name: name.to_owned(), values: Values::Numeric(cells) }
}

/// A column of words, numbered in the order in which they first come; `None` is missing.
fn words(name: &str, cells: &[Option<&str>]) -> Column {
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

fn dataset(features: Features, target: Target) -> Dataset {
    Dataset { name: "made".to_owned(), features, target, fixed_test: Vec::new(), fingerprint: String::new() }
}

fn classes(n: usize) -> Target {
    Target::Classes { labels: vec![0; n], names: vec!["a".to_owned(), "b".to_owned()] }
}

fn table(columns: Vec<Column>) -> Dataset {
    let n = columns[0].values.len();
    dataset(Features::Table(columns), classes(n))
}

fn fit_rows(data: &Dataset, train: usize, standardize: bool) -> Result<Fitted, DataError> {
    let split = Split { train: (0..train).collect(), validation: Vec::new(), test: Vec::new() };
    Preprocess { standardize }.fit(&split.train_view(data))
}

fn batch(fitted: &Fitted, data: &Dataset, rows: &[usize]) -> Result<Batch, DataError> {
    fitted.batch(data, rows, &device())
}

fn inputs(batch: &Batch) -> Vec<f32> {
    batch.inputs.clone().flat().into_data().try_to_vec().unwrap()
}

fn values(batch: &Batch) -> Vec<f32> {
    match &batch.targets {
        Targets::Values(values) => values.clone().into_data().try_to_vec().unwrap(),
        Targets::Classes(_) => panic!("classes"),
    }
}

#[track_caller]
fn assert_near(ours: &[f32], oracle: &[f64]) {
    assert_eq!(ours.len(), oracle.len());
    for (i, (&ours, &oracle)) in ours.iter().zip(oracle).enumerate() {
        let error = (f64::from(ours) - oracle).abs();
        assert!(error <= 1e-6 * oracle.abs().max(1.0), "number {i}: {ours}, scikit-learn {oracle}");
    }
}

fn golden_table(golden: &Value) -> Dataset {
    let mut columns: Vec<Column> = Vec::new();
    for (name, cells) in golden["numeric"].as_object().unwrap() {
        columns.push(numeric(name, numbers(cells).into_iter().map(|x| x as f32).collect()));
    }
    for (name, cells) in golden["categorical"].as_object().unwrap() {
        let cells: Vec<_> = cells.as_array().unwrap().iter().map(Value::as_str).collect();
        columns.push(words(name, &cells));
    }
    let target = Target::Values {
        values: numbers(&golden["targets"]).into_iter().map(|x| x as f32).collect(),
        names: vec!["first".to_owned(), "second".to_owned()],
    };
    dataset(Features::Table(columns), target)
}

fn rows_and_train(golden: &Value) -> (Vec<usize>, usize) {
    let rows = golden["targets"].as_array().unwrap().len();
    ((0..rows).collect(), golden["train"].as_u64().unwrap() as usize)
}

#[test]
fn tables_are_encoded_as_scikit_learn_does() {
    let golden = golden();
    let data = golden_table(&golden);
    let (rows, train) = rows_and_train(&golden);
    for (standardize, oracle) in [(true, "standardized"), (false, "plain")] {
        let fitted = fit_rows(&data, train, standardize).unwrap();
        let width = golden[oracle][0].as_array().unwrap().len();
        assert_eq!(fitted.input_shape(), InputShape::Table(width));
        assert_near(&inputs(&batch(&fitted, &data, &rows).unwrap()), &numbers(&golden[oracle]));
    }
}

#[test]
fn targets_are_scaled_as_scikit_learn_does_and_come_back() {
    let golden = golden();
    let data = golden_table(&golden);
    let (rows, train) = rows_and_train(&golden);
    let fitted = fit_rows(&data, train, true).unwrap();
    let mut scaled = values(&batch(&fitted, &data, &rows).unwrap());
    assert_near(&scaled, &numbers(&golden["targets_standardized"]));
    fitted.unscale(&mut scaled);
    // Half a unit in the last place of the largest number of each column, three times: scaled, unscaled, read.
    let original = numbers(&golden["targets"]);
    for (i, (back, expected)) in scaled.iter().zip(&original).enumerate() {
        let largest = original[i % 2..].iter().step_by(2).fold(0.0_f64, |max, x| max.max(x.abs()));
        assert!((f64::from(*back) - expected).abs() <= 1.8e-7 * largest, "{back} {expected}");
    }

    let plain = fit_rows(&data, train, false).unwrap();
    let mut plain_values = values(&batch(&plain, &data, &rows).unwrap());
    assert_near(&plain_values, &numbers(&golden["targets"]));
    let before = plain_values.clone();
    plain.unscale(&mut plain_values);
    assert_eq!(plain_values, before);
    assert_eq!((plain.outputs(), plain.class_names()), (2, None));
    assert_eq!(plain.target_names().unwrap(), ["first", "second"]);
}

#[test]
fn images_are_scaled_by_channel_as_scikit_learn_does() {
    let golden = golden();
    let (rows, train) = rows_and_train(&golden);
    let pixels: Vec<u8> = numbers(&golden["pixels"]).into_iter().map(|x| x as u8).collect();
    let unit: Vec<f64> = pixels.iter().map(|&x| f64::from(x) / 255.0).collect();
    let data = dataset(Features::Images(Images { pixels, shape: [3, 4, 5] }), classes(rows.len()));
    for (standardize, oracle) in [(true, numbers(&golden["images_standardized"])), (false, unit)] {
        let fitted = fit_rows(&data, train, standardize).unwrap();
        assert_eq!((fitted.input_shape(), fitted.columns()), (InputShape::Images([3, 4, 5]), None));
        let batch = batch(&fitted, &data, &rows).unwrap();
        assert!(matches!(&batch.inputs, Inputs::Images(images) if images.dims() == [rows.len(), 3, 4, 5]));
        assert_near(&inputs(&batch), &oracle);
    }
}

#[test]
fn rows_come_in_the_order_asked_for() {
    let mut data = table(vec![numeric("x", vec![0.0, 10.0, 20.0, 30.0])]);
    data.target =
        Target::Classes { labels: vec![0, 1, 2, 1], names: vec!["a".into(), "b".into(), "c".into()] };
    let fitted = fit_rows(&data, 4, false).unwrap();
    let batch = batch(&fitted, &data, &[3, 0, 3, 1]).unwrap();
    assert_eq!((batch.len(), inputs(&batch)), (4, vec![30.0, 0.0, 30.0, 10.0]));
    let Targets::Classes(labels) = batch.targets else { panic!("numbers") };
    assert_eq!(labels.into_data().iter::<i64>().collect::<Vec<_>>(), [1, 0, 1, 1]);
    assert_eq!(
        (fitted.outputs(), fitted.class_names().unwrap()),
        (3, ["a", "b", "c"].map(String::from).as_slice())
    );
    assert_eq!(fitted.target_names(), None);
}

#[test]
fn only_the_training_rows_are_fitted_on() {
    let fitted = |last: f32, word| {
        let columns =
            vec![numeric("x", vec![1.0, 3.0, last]), words("word", &[Some("b"), Some("a"), Some(word)])];
        fit_rows(&table(columns), 2, true).unwrap()
    };
    assert_eq!(fitted(5.0, "a"), fitted(-1e30, "zebra"));
    assert_eq!(fitted(5.0, "a"), fitted(f32::INFINITY, "aardvark"));
}

#[test]
fn categories_are_known_by_name_not_by_number() {
    let train = table(vec![words("word", &[Some("b"), Some("a"), Some("c")])]);
    let fitted = fit_rows(&train, 3, true).unwrap();
    let known = ["a", "b", "c"].map(String::from).to_vec();
    assert_eq!(fitted.columns().unwrap()[0].kind, ColumnKind::Categorical(known));
    let other = table(vec![words("word", &[Some("c"), Some("new"), Some("b"), None])]);
    let expected = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(inputs(&batch(&fitted, &other, &[0, 1, 2, 3]).unwrap()), expected);
}

#[test]
fn what_was_fitted_survives_json_bit_for_bit() {
    let golden = golden();
    let data = golden_table(&golden);
    let (rows, train) = rows_and_train(&golden);
    let fitted = fit_rows(&data, train, true).unwrap();
    let text = serde_json::to_string_pretty(&fitted).unwrap();
    let back: Fitted = serde_json::from_str(&text).unwrap();
    assert_eq!(back, fitted);
    let bits = |fitted| inputs(&batch(fitted, &data, &rows).unwrap()).into_iter().map(f32::to_bits).collect();
    let (before, after): (Vec<u32>, Vec<u32>) = (bits(&fitted), bits(&back));
    assert_eq!(before, after);
}

#[test]
fn stored_preprocessing_that_no_fit_can_have_made_is_refused() {
    let data = table(vec![numeric("x", vec![1.0, 2.0]), words("w", &[Some("a"), Some("b")])]);
    let stored = serde_json::to_value(fit_rows(&data, 2, true).unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut stored = stored.clone();
        change(&mut stored);
        serde_json::from_value::<Fitted>(stored).unwrap_err().to_string()
    };
    serde_json::from_value::<Fitted>(stored.clone()).unwrap();
    let damaged = "the stored preprocessing is damaged: the columns";
    assert_eq!(
        refused(&|v| v["inputs"]["table"]["encodings"][0]["numeric"]["scale"]["std"] = 0.into()),
        damaged
    );
    assert_eq!(
        refused(&|v| {
            v["inputs"]["table"]["columns"].as_array_mut().unwrap().pop();
        }),
        damaged
    );
    assert_eq!(refused(&|v| v["inputs"]["table"]["columns"].as_array_mut().unwrap().swap(0, 1)), damaged);
    let unsorted = serde_json::json!({ "categorical": ["b", "a"] });
    assert_eq!(refused(&|v| v["inputs"]["table"]["columns"][1]["kind"] = unsorted.clone()), damaged);
    assert!(refused(&|v| v["extra"] = 1.into()).contains("unknown field"));

    let pixels = dataset(Features::Images(Images { pixels: vec![1, 2], shape: [1, 1, 1] }), classes(2));
    let mut stored = serde_json::to_value(fit_rows(&pixels, 2, true).unwrap()).unwrap();
    stored["inputs"]["images"]["shape"] = serde_json::json!([2, 1, 1]);
    let error = serde_json::from_value::<Fitted>(stored).unwrap_err().to_string();
    assert_eq!(error, "the stored preprocessing is damaged: the scaling of the images");
}

#[test]
fn data_that_cannot_be_fitted_names_the_column() {
    let refused = |data: &Dataset, train| fit_rows(data, train, true).unwrap_err();
    let error = refused(&table(vec![numeric("age", vec![f32::NAN, f32::NAN, 3.0])]), 2);
    assert_eq!(error.to_string(), "column \"age\" has no value in any row of the training part");
    assert_eq!(error.help().unwrap(), "correct its values, or leave it out with data.ignore = [\"age\"]");
    assert_eq!(error.kind(), ErrorKind::Data);
    let error = refused(&table(vec![numeric("age", vec![1.0, f32::INFINITY])]), 2);
    assert!(matches!(&error, DataError::NotFinite { column, row: 1, .. } if column == "age"), "{error}");
    let error = refused(&table(vec![numeric("a", vec![1.0, 2.0]), numeric("b", vec![1.0])]), 1);
    assert_eq!(error.to_string(), "column \"b\" has 1 cells where 2 rows are expected");
    assert!(matches!(refused(&table(vec![numeric("a", vec![1.0])]), 0), DataError::NoItems));
    assert!(matches!(
        refused(&table(vec![numeric("a", vec![1.0])]), 2),
        DataError::Inconsistent(Inconsistency::NoRow { row: 1, rows: 1 })
    ));
    assert!(matches!(
        refused(&dataset(Features::Table(vec![]), classes(0)), 0),
        DataError::Inconsistent(Inconsistency::NoInputs)
    ));
    let codes = Values::Categorical { codes: vec![0, 5], names: vec!["a".to_owned()] };
    let error = refused(&table(vec![Column { name: "w".to_owned(), values: codes }]), 2);
    assert!(matches!(
        error,
        DataError::Inconsistent(Inconsistency::NoCategory { row: 1, code: 5, categories: 1, .. })
    ));
    let mut data = table(vec![numeric("a", vec![1.0, 2.0])]);
    data.target = Target::Values { values: vec![1.0, f32::NAN], names: vec!["y".to_owned()] };
    assert!(matches!(refused(&data, 2), DataError::NotFinite { column, row: 1, .. } if column == "y"));
    for shape in [[1, 2, 2], [usize::MAX, 2, 2]] {
        let torn = Features::Images(Images { pixels: vec![0; 5], shape });
        assert!(matches!(
            refused(&dataset(torn, classes(1)), 1),
            DataError::Inconsistent(Inconsistency::ImageBytes { bytes: 5, .. })
        ));
    }
}

#[test]
fn data_of_another_schema_is_refused() {
    let train = table(vec![numeric("x", vec![1.0, 2.0]), words("w", &[Some("a"), Some("b")])]);
    let fitted = fit_rows(&train, 2, true).unwrap();
    let refused = |data: &Dataset| match batch(&fitted, data, &[0]).unwrap_err() {
        DataError::Mismatch(mismatch) => mismatch,
        error => panic!("{error}"),
    };
    let x = || numeric("x", vec![1.0, 2.0]);
    let w = || words("w", &[Some("a"), Some("b")]);
    assert_eq!(refused(&table(vec![x()])), Mismatch::Columns { expected: 2, found: 1 });
    assert_eq!(refused(&table(vec![w(), x()])).to_string(), "column 1 is \"w\" where \"x\" is expected");
    assert!(matches!(
        refused(&table(vec![words("x", &[None, None]), w()])),
        Mismatch::CategoriesForNumbers { .. }
    ));
    assert!(matches!(
        refused(&table(vec![x(), numeric("w", vec![1.0, 2.0])])),
        Mismatch::NumbersForCategories { .. }
    ));
    let pixels = Features::Images(Images { pixels: vec![0; 2], shape: [1, 1, 1] });
    assert_eq!(refused(&dataset(pixels.clone(), classes(2))), Mismatch::ImagesForTable);
    let mut other = train.clone();
    other.target = Target::Values { values: vec![1.0; 2], names: vec!["y".to_owned()] };
    assert_eq!(refused(&other), Mismatch::ValuesForClasses);
    other.target = Target::Classes { labels: vec![0; 2], names: vec!["b".to_owned(), "a".to_owned()] };
    assert!(matches!(refused(&other), Mismatch::TargetNames { .. }));

    let fitted = fit_rows(&dataset(pixels, classes(2)), 2, true).unwrap();
    let wide = dataset(Features::Images(Images { pixels: vec![0; 4], shape: [1, 1, 2] }), classes(2));
    let error = batch(&fitted, &wide, &[0]).unwrap_err();
    assert!(matches!(error, DataError::Mismatch(Mismatch::ImageShape { found: [1, 1, 2], .. })));
    let error = batch(&fitted, &train, &[0]).unwrap_err();
    assert!(matches!(error, DataError::Mismatch(Mismatch::TableForImages)));
}

#[test]
fn numbers_that_overflow_when_scaled_are_refused() {
    let data = table(vec![numeric("x", vec![0.0, 1e-30, f32::INFINITY, f32::MAX, f32::NAN])]);
    let fitted = fit_rows(&data, 2, true).unwrap();
    for row in [2, 3] {
        let error = batch(&fitted, &data, &[0, row]).unwrap_err();
        assert!(matches!(error, DataError::NotFinite { row: found, .. } if found == row), "{error}");
    }
    assert_eq!(inputs(&batch(&fitted, &data, &[4]).unwrap()), [0.0]);
    assert!(matches!(batch(&fitted, &data, &[]).unwrap_err(), DataError::NoItems));
    assert!(matches!(
        batch(&fitted, &data, &[5]).unwrap_err(),
        DataError::Inconsistent(Inconsistency::NoRow { row: 5, rows: 5 })
    ));
}
