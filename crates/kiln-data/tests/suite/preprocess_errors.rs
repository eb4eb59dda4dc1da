//! What preprocessing refuses, and how it says so.

use kiln_core::{ErrorKind, Explain};
use kiln_data::{
    CellValue, Column, DataError, Dataset, Encode, Features, Fitted, Images, Inconsistency, Mismatch,
    Preprocess, Target, Values,
};
use serde_json::Value;

use crate::common::{batch, classes, dataset, fit_rows, fit_with, inputs, numeric, table, words};

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

    let pixels = dataset(Features::Images(Images::new(vec![1, 2], [1, 1, 1])), classes(2));
    let mut stored = serde_json::to_value(fit_rows(&pixels, 2, true).unwrap()).unwrap();
    stored["inputs"]["images"]["shape"] = serde_json::json!([2, 1, 1]);
    let error = serde_json::from_value::<Fitted>(stored).unwrap_err().to_string();
    assert_eq!(error, "the stored preprocessing is damaged: the scaling of the images");
}

#[test]
fn data_that_cannot_be_fitted_names_the_column() {
    let refused = |data: &Dataset, train| fit_rows(data, train, true).unwrap_err();
    let error = refused(
        &table(vec![numeric("age", vec![f64::NAN, f64::NAN, 3.0]), words("w", &[None, None, Some("a")])]),
        2,
    );
    assert_eq!(error.to_string(), "column \"age\" has no value in any row of the training part");
    assert_eq!(error.help().unwrap(), "correct its values, or leave it out with data.ignore = [\"age\"]");
    assert_eq!(error.kind(), ErrorKind::Data);
    let error = refused(&table(vec![numeric("age", vec![1.0, f64::INFINITY])]), 2);
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
    data.target = Target::Values { values: vec![1.0, f64::NAN], names: vec!["y".to_owned()] };
    assert!(matches!(refused(&data, 2), DataError::NotFinite { column, row: 1, .. } if column == "y"));
    for shape in [[1, 2, 2], [usize::MAX, 2, 2]] {
        let torn = Features::Images(Images::new(vec![0; 5], shape));
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
    let pixels = Features::Images(Images::new(vec![0; 2], [1, 1, 1]));
    assert_eq!(
        refused(&dataset(pixels.clone(), classes(2))),
        Mismatch::Inputs { expected: "a table", found: "images" }
    );
    let mut other = train.clone();
    other.target = Target::Values { values: vec![1.0; 2], names: vec!["y".to_owned()] };
    assert_eq!(refused(&other), Mismatch::Target { expected: "classes", found: "numbers" });
    other.target = Target::Classes { labels: vec![0; 2], names: vec!["b".to_owned(), "a".to_owned()] };
    assert!(matches!(refused(&other), Mismatch::TargetNames { .. }));

    let fitted = fit_rows(&dataset(pixels, classes(2)), 2, true).unwrap();
    let wide = dataset(Features::Images(Images::new(vec![0; 4], [1, 1, 2])), classes(2));
    let error = batch(&fitted, &wide, &[0]).unwrap_err();
    assert!(matches!(error, DataError::Mismatch(Mismatch::ImageShape { found: [1, 1, 2], .. })));
    let error = batch(&fitted, &train, &[0]).unwrap_err();
    let expected = "this data does not fit the preprocessing: its inputs are a table, not images";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn numbers_that_overflow_when_scaled_are_refused() {
    let data = table(vec![numeric("x", vec![0.0, 1e-30, f64::INFINITY, f64::MAX, f64::NAN])]);
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

#[test]
fn a_column_without_a_value_in_the_training_part_is_left_out() {
    let data = table(vec![
        numeric("empty", vec![f64::NAN, f64::NAN, 3.0]),
        numeric("x", vec![1.0, 2.0, 3.0]),
        words("blank", &[None, None, Some("a")]),
    ]);
    for encode in [Encode::OneHot, Encode::Target] {
        let fitted = fit_with(&data, 2, &Preprocess { encode, ..Preprocess::default() }).unwrap();
        assert_eq!(fitted.left_out(), ["empty", "blank"]);
        assert_eq!(fitted.feature_names().unwrap(), ["x"]);
        assert_eq!(fitted.feature_groups().len(), 1);
        assert_eq!(
            fitted.columns().unwrap().iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
            ["x"]
        );
        assert_eq!(inputs(&batch(&fitted, &data, &[0, 1, 2]).unwrap()), [1.0, 2.0, 3.0]);
        // New data may have it or not.
        let new = table(vec![numeric("x", vec![7.0])]);
        assert_eq!(inputs(&batch(&fitted, &new, &[0]).unwrap()), [7.0]);
        assert_eq!(fitted.row_numbers([[CellValue::from(7)]]).unwrap(), [7.0]);
        let stored = serde_json::to_value(&fitted).unwrap();
        assert_eq!(serde_json::from_value::<Fitted>(stored.clone()).unwrap(), fitted);
        let mut damaged = stored;
        damaged["inputs"]["table"]["left_out"] = serde_json::json!(["x"]);
        assert!(serde_json::from_value::<Fitted>(damaged).is_err());
        let full = fit_with(&data, 3, &Preprocess { encode, ..Preprocess::default() }).unwrap();
        assert!(full.left_out().is_empty());
    }
}

#[test]
fn weights_that_no_row_can_have_are_refused() {
    let mut data = table(vec![numeric("x", vec![1.0, 2.0, 3.0])]);
    let refused = |weights: [f64; 3], data: &mut Dataset| {
        data.weights = Some(weights.to_vec());
        fit_rows(data, 2, true).unwrap_err().to_string()
    };
    assert!(refused([1.0, -1.0, 1.0], &mut data).starts_with("row 1 has the weight -1"));
    assert!(refused([f64::NAN, 1.0, 1.0], &mut data).starts_with("row 0 has the weight NaN"));
    assert_eq!(refused([0.0, 0.0, 1.0], &mut data), "all 2 items of the training part have the weight 0");
}
