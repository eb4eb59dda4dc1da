//! Preprocessing against scikit-learn (`tests/golden/preprocess.py`), and its own laws.

use kiln_data::{
    Batch, Column, ColumnKind, Dataset, Features, Fitted, Images, InputShape, Inputs, Target, Targets,
};
use serde_json::Value;

use crate::common::{batch, classes, dataset, fit_rows, inputs, numeric, table, words};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/preprocess.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

fn values(batch: &Batch) -> Vec<f32> {
    match &batch.targets {
        Targets::Values(values) => values.clone().into_data().try_to_vec().unwrap(),
        _ => panic!("classes"),
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
