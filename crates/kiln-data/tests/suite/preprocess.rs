//! Preprocessing against scikit-learn (`tests/golden/preprocess.py`), and its own laws.

use kiln_data::{
    Batch, Column, ColumnKind, Dataset, Features, Fitted, Images, InputShape, Inputs, Target, TargetNumbers,
    Targets, Values,
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

fn target_names() -> Vec<String> {
    vec!["first".to_owned(), "second".to_owned()]
}

fn golden_table(golden: &Value) -> Dataset {
    let mut columns: Vec<Column> = Vec::new();
    for (name, cells) in golden["numeric"].as_object().unwrap() {
        columns.push(numeric(name, numbers(cells)));
    }
    for (name, cells) in golden["categorical"].as_object().unwrap() {
        let cells: Vec<_> = cells.as_array().unwrap().iter().map(Value::as_str).collect();
        columns.push(words(name, &cells));
    }
    let target = Target::Values { values: numbers(&golden["targets"]), names: target_names() };
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
    let scaled = values(&batch(&fitted, &data, &rows).unwrap());
    assert_near(&scaled, &numbers(&golden["targets_standardized"]));
    let mut back = fitted.unscale(&scaled);
    let original = numbers(&golden["targets"]);
    // Half a unit in the last place of what is scaled, which is below 8.
    for (i, (back, expected)) in back.iter().zip(&original).enumerate() {
        let spread = [77.0, 1e-3][i % 2];
        assert!((back - expected).abs() <= 8.0 * 6e-8 * spread, "{back} {expected}");
    }
    fitted.shorten(&mut back);
    let again =
        fitted.target_numbers(&Target::Values { values: back, names: target_names() }, &rows).unwrap();
    assert_eq!(again, TargetNumbers::Values { values: scaled, width: 2 });

    let plain = fit_rows(&data, train, false).unwrap();
    let plain_values = values(&batch(&plain, &data, &rows).unwrap());
    assert_near(&plain_values, &numbers(&golden["targets"]));
    let same: Vec<f64> = plain_values.iter().map(|value| f64::from(*value)).collect();
    assert_eq!(plain.unscale(&plain_values), same);
    assert_eq!((plain.outputs(), plain.class_names()), (2, None));
    assert_eq!(plain.target_names().unwrap(), ["first", "second"]);
}

#[test]
fn images_are_scaled_by_channel_as_scikit_learn_does() {
    let golden = golden();
    let (rows, train) = rows_and_train(&golden);
    let pixels: Vec<u8> = numbers(&golden["pixels"]).into_iter().map(|x| x as u8).collect();
    let unit: Vec<f64> = pixels.iter().map(|&x| f64::from(x) / 255.0).collect();
    let data = dataset(Features::Images(Images::new(pixels, [3, 4, 5])), classes(rows.len()));
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
    let fitted = |last: f64, word| {
        let columns =
            vec![numeric("x", vec![1.0, 3.0, last]), words("word", &[Some("b"), Some("a"), Some(word)])];
        fit_rows(&table(columns), 2, true).unwrap()
    };
    assert_eq!(fitted(5.0, "a"), fitted(-1e30, "zebra"));
    assert_eq!(fitted(5.0, "a"), fitted(f64::INFINITY, "aardvark"));
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

/// The table of the golden file, where every row has a weight; the rows of weight 0 hold what would move everything.
fn weighted(golden: &Value) -> Dataset {
    let mut data = golden_table(golden);
    data.weights = Some(numbers(&golden["weights"]));
    let of_no_weight = |row: usize| numbers(&golden["weights"])[row] == 0.0;
    if let (Features::Table(columns), Target::Values { values, .. }) = (&mut data.features, &mut data.target)
    {
        let moved = (0..golden["weights"].as_array().unwrap().len()).filter(|row| of_no_weight(*row));
        for row in moved {
            for column in columns.iter_mut() {
                if let Values::Numeric(cells) = &mut column.values {
                    cells[row] = 1e6;
                }
            }
            values[2 * row..2 * row + 2].fill(-1e6);
        }
    }
    data
}

#[test]
fn rows_count_their_weight_as_in_scikit_learn() {
    let golden = golden();
    let data = weighted(&golden);
    let (rows, train) = rows_and_train(&golden);
    let counted: Vec<usize> =
        rows.iter().copied().filter(|row| data.weights.as_ref().unwrap()[*row] > 0.0).collect();
    assert!(counted.len() < rows.len());
    let fitted = fit_rows(&data, train, true).unwrap();
    let batch = batch(&fitted, &data, &counted).unwrap();
    let width = golden["weighted_standardized"][0].as_array().unwrap().len();
    let oracle = numbers(&golden["weighted_standardized"]);
    let ours = inputs(&batch);
    let all = ours.len() / counted.len();
    let of_numbers: Vec<f32> = ours.chunks(all).flat_map(|row| row[..width].to_vec()).collect();
    assert_near(&of_numbers, &oracle);
    assert_near(&values(&batch), &numbers(&golden["weighted_targets"]));
}

#[test]
fn images_count_their_weight_as_in_scikit_learn() {
    let golden = golden();
    let (rows, train) = rows_and_train(&golden);
    let pixels: Vec<u8> = numbers(&golden["pixels"]).into_iter().map(|x| x as u8).collect();
    let mut data = dataset(Features::Images(Images::new(pixels, [3, 4, 5])), classes(rows.len()));
    data.weights = Some(numbers(&golden["weights"]));
    let fitted = fit_rows(&data, train, true).unwrap();
    assert_near(&inputs(&batch(&fitted, &data, &rows).unwrap()), &numbers(&golden["images_weighted"]));
    // Weights that are all the same change nothing.
    data.weights = Some(vec![2.5; rows.len()]);
    let same = fit_rows(&data, train, true).unwrap();
    data.weights = None;
    let plain = fit_rows(&data, train, true).unwrap();
    let bits = |fitted| inputs(&batch(fitted, &data, &rows).unwrap());
    for (ours, theirs) in bits(&same).into_iter().zip(bits(&plain)) {
        assert!((ours - theirs).abs() < 1e-6);
    }
}

#[test]
fn what_only_rows_of_weight_zero_have_is_not_known() {
    let mut data = table(vec![
        numeric("x", vec![1.0, 2.0, 3.0, 9.0]),
        words("word", &[Some("a"), Some("b"), Some("a"), Some("odd")]),
        numeric("only", vec![f64::NAN, f64::NAN, f64::NAN, 4.0]),
    ]);
    data.weights = Some(vec![1.0, 2.0, 0.5, 0.0]);
    let fitted = fit_rows(&data, 4, true).unwrap();
    assert_eq!(fitted.feature_names().unwrap(), ["x", "word=a", "word=b"]);
    assert_eq!(fitted.left_out(), ["only"]);
    // The row is there, and its category is one that nobody knows.
    assert_eq!(inputs(&batch(&fitted, &data, &[3]).unwrap())[1..], [0.0, 0.0]);
    let mut three = data.clone();
    if let Features::Table(columns) = &mut three.features {
        columns.truncate(2);
    }
    three.weights = Some(vec![1.0, 2.0, 0.5, 7.0]);
    let of_three = fit_rows(&three, 3, true).unwrap();
    let rows = [0, 1, 2, 3];
    assert_eq!(
        inputs(&batch(&fitted, &data, &rows).unwrap()),
        inputs(&batch(&of_three, &three, &rows).unwrap())
    );
}
